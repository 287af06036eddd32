import { Box, Text, useAnimation, useWindowSize } from 'ink';
import type { ReactElement } from 'react';
import type { Plan } from '../../api/plan.ts';
import { humanDuration } from '../print/age.ts';
import { layoutText } from '../../api/summary.ts';
import { outcomeText, type Outcome } from './outcome.ts';

/** What the frame shows. */
export interface ProgressFrameProps {
  node: string;
  plan: Plan | undefined;
  outcome: Outcome;
  /** The last interruption of the connection, while it lasts. */
  trouble?: string;
  /** Milliseconds since the order, at a tick. */
  elapsed: () => number;
  color: boolean;
}

/** One turn of the sign of work. */
export const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Rows of the frame that are not steps. */
const FIXED_ROWS = 4;

/** The steps of a set-up with the one at work, in as many rows as the window has. */
export function ProgressFrame(props: ProgressFrameProps): ReactElement {
  const { node, plan, outcome, trouble, elapsed } = props;
  const { rows } = useWindowSize();
  const working = isWorking(outcome);
  const { frame } = useAnimation({ interval: 120, isActive: working });
  const spinner = working ? (SPINNER[frame % SPINNER.length] ?? '') : mark(outcome);
  return (
    <Box flexDirection="column">
      <Text bold={props.color} wrap="truncate">
        {`node/${node}${plan ? `  ${layoutText(plan.layout)}  plan ${plan.id}` : ''}`}
      </Text>
      {stepLines(props, spinner, Math.max(1, rows - FIXED_ROWS)).map((line, index) => (
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
      <Text wrap="truncate" dimColor={props.color}>
        {`${humanDuration(elapsed())}${working ? '  Ctrl-C stops watching, the work goes on' : ''}`}
      </Text>
      {trouble === undefined ? null : <Text wrap="truncate">{trouble}</Text>}
    </Box>
  );
}

/** Whether an outcome may still change. */
export const isWorking = ({ kind }: Outcome): boolean => kind === 'waiting' || kind === 'running';

/** The sign of an end. */
export const mark = ({ kind }: Outcome): string => (kind === 'done' ? '✓' : '✗');

/** One line a step when the plan is the one at work, else only where the agent is. */
function stepLines({ plan, outcome }: ProgressFrameProps, spinner: string, room: number): string[] {
  const at = outcome.kind === 'running' ? outcome.progress : undefined;
  const steps = plan?.steps ?? [];
  const known = steps.length > 0 && (at?.of === steps.length || outcome.kind === 'done');
  if (!known) return [` ${spinner} ${outcomeText(outcome)}`];
  const current = at?.step ?? steps.length + 1;
  const lines = steps.map(({ name }, index) => {
    const number = index + 1;
    const sign = number < current ? '✓' : number === current ? spinner : '·';
    return ` ${sign} ${number}/${steps.length} ${name}`;
  });
  return windowAround(lines, current - 1, room);
}

/** At most `room` lines, the one at `index` among them. */
export function windowAround<T>(lines: readonly T[], index: number, room: number): T[] {
  const start = Math.min(Math.max(0, index - Math.floor(room / 2)), Math.max(0, lines.length - room));
  return lines.slice(start, start + room);
}
