import { requiredNodes, SELECTOR_FLAG } from '../cli/node-selection.ts';
import { PRINT_FLAGS, printRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Invocation } from '../cli/verb.ts';
import { runDrainCheck, type DrainCheckOp } from '../drain-check/run.ts';

/** `kubectl nvme drain-check`: who loses data if these nodes go, before they go. */
export const drainCheck = clusterVerb<DrainCheckOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'Show which claims and pods lose data if nodes go, before they go: volumes of any provisioner that can be reached\n' +
      'from these nodes only, volumes kept by the reclaim policy Retain, and data that has no PersistentVolume.\n' +
      'Exits with 0 when nothing would be lost, with 1 when something would, or when it could not be told.',
    examples: [
      {
        comment: 'Drain a node only when no data goes with it',
        command: 'kubectl nvme drain-check worker-1 && kubectl drain worker-1 --ignore-daemonsets',
      },
      { comment: 'A whole pool', command: 'kubectl nvme drain-check -l pool=old -o json' },
    ],
    flags: [SELECTOR_FLAG, ...PRINT_FLAGS],
  },
  parse: (invocation: Invocation) => ({
    nodes: requiredNodes(invocation, 'kubectl nvme drain-check'),
    print: printRequest(invocation.flags),
  }),
  run: runDrainCheck,
});
