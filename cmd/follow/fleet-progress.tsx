import { Box, render, Text, useAnimation, useWindowSize } from 'ink';
import type { ReactElement } from 'react';
import type { Clock } from '../../kube/clock.ts';
import type { Terminal } from '../cli/verb.ts';
import { humanDuration } from '../print/age.ts';
import { alignRows } from '../print/table.ts';
import type { ProgressView } from './follow-request.ts';
import { outcomeText, type Outcome } from './outcome.ts';
import { isWorking, mark, SPINNER } from './progress-frame.tsx';

/** What is shown of one node; without an outcome its turn has not come. */
interface Line {
  node: string;
  outcome?: Outcome;
  trouble?: string;
}

interface FleetFrameProps {
  lines: readonly Line[];
  elapsed: () => number;
  color: boolean;
}

/** Rows of the frame that are not nodes. */
const FIXED_ROWS = 3;

/** A line for each node: those that failed first, then those at work, then the others, as many as the window has. */
export function FleetFrame({ lines, elapsed, color }: FleetFrameProps): ReactElement {
  const { rows } = useWindowSize();
  const working = lines.some(({ outcome }) => outcome === undefined || isWorking(outcome));
  const { frame } = useAnimation({ interval: 120, isActive: working });
  const spinner = SPINNER[frame % SPINNER.length] ?? '';
  const shown = [...lines].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(1, rows - FIXED_ROWS));
  const text = alignRows(shown.map((line) => [` ${sign(line, spinner)} ${line.node}`, lineText(line)]));
  return (
    <Box flexDirection="column">
      <Text bold={color} wrap="truncate">
        {summary(lines)}
      </Text>
      {text.map((line, index) => (
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
      <Text wrap="truncate" dimColor={color}>
        {`${humanDuration(elapsed())}${working ? '  Ctrl-C stops watching, the work goes on' : ''}`}
      </Text>
    </Box>
  );
}

const count = (lines: readonly Line[], kind: Outcome['kind']): number =>
  lines.filter(({ outcome }) => outcome?.kind === kind).length;

const summary = (lines: readonly Line[]): string =>
  `${lines.length} nodes: ${count(lines, 'done')} done, ${count(lines, 'running') + count(lines, 'waiting')} at work, ${count(lines, 'stopped')} failed`;

function rank({ outcome }: Line): number {
  if (outcome?.kind === 'stopped') return 0;
  if (outcome !== undefined && isWorking(outcome)) return 1;
  return outcome === undefined ? 2 : 3;
}

const sign = ({ outcome }: Line, spinner: string): string => {
  if (outcome === undefined) return '·';
  return isWorking(outcome) ? spinner : mark(outcome);
};

const lineText = ({ outcome, trouble }: Line): string =>
  trouble ?? (outcome === undefined ? 'its turn has not come' : outcomeText(outcome));

/** Live progress of several nodes on a terminal. Takes no keys, so that Ctrl-C and Ctrl-Z stay the terminal's own. */
export function fleetProgress(
  nodes: readonly string[],
  { terminal, clock }: { terminal: Terminal; clock: Clock },
): { view: (node: string) => ProgressView; close: () => void } {
  const start = clock.now();
  const lines = new Map(nodes.map((node): [string, Line] => [node, { node }]));
  const frame = (): ReactElement => (
    <FleetFrame lines={[...lines.values()]} elapsed={() => clock.now() - start} color={terminal.color} />
  );
  const screen = render(frame(), {
    stdout: terminal.stdout,
    stdin: terminal.stdin,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const update = (node: string, line: Line): void => {
    lines.set(node, line);
    screen.rerender(frame());
  };
  const view = (node: string): ProgressView => ({
    show: (outcome) => update(node, { node, outcome }),
    trouble: (message) => update(node, { ...lines.get(node), node, trouble: message }),
    close: () => undefined,
  });
  return { view, close: () => screen.unmount() };
}
