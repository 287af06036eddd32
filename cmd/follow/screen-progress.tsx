import { render } from 'ink';
import type { Plan } from '../../api/plan.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Terminal } from '../cli/verb.ts';
import type { ProgressView } from './follow-request.ts';
import { ProgressFrame, type ProgressFrameProps } from './progress-frame.tsx';

/** Live progress on a terminal. Takes no keys, so that Ctrl-C and Ctrl-Z stay the terminal's own. */
export function screenProgress(
  node: string,
  plan: Plan | undefined,
  { terminal, clock }: { terminal: Terminal; clock: Clock },
): ProgressView {
  const start = clock.now();
  const base = { node, plan, elapsed: () => clock.now() - start, color: terminal.color };
  let props: ProgressFrameProps = { ...base, outcome: { kind: 'waiting', message: 'sending the order' } };
  const screen = render(<ProgressFrame {...props} />, {
    stdout: terminal.stdout,
    stdin: terminal.stdin,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const update = (next: ProgressFrameProps): void => {
    props = next;
    screen.rerender(<ProgressFrame {...props} />);
  };
  return {
    show: (outcome) => update({ ...base, outcome }),
    trouble: (message) => update({ ...props, trouble: message }),
    close: () => screen.unmount(),
  };
}
