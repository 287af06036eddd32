import { dryRunFlag, dryRunOf } from '../cli/dry-run.ts';
import { isOn, textsOf } from '../cli/flag.ts';
import { PRINT_FLAGS, printRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Invocation } from '../cli/verb.ts';
import { runCleanup, type CleanupOp } from '../cleanup/run.ts';

/** `kubectl nvme cleanup`: what the clean-up of orphans would delete and why, now, and past the circuit breaker. */
export const cleanup = clusterVerb<CleanupOp>({
  usage: {
    args: '[VOLUME...]',
    candidates: 'volumes',
    description:
      'Delete the claims, dead pods and volumes of nodes that are gone, by the same rules as nvme-webhook: grace periods,\n' +
      'reclaim policies, the proof that a volume is lost, and the circuit breaker hold here too.\n' +
      'With --approve: release volumes that wait for a person – the breaker stopped, or no agent can prove the loss – to\n' +
      'nvme-webhook. That covers only the volumes which are listed now.',
    examples: [
      { comment: 'What would be deleted or left, and why', command: 'kubectl nvme cleanup --dry-run' },
      { comment: 'Delete what is due', command: 'kubectl nvme cleanup' },
      { comment: 'What an approval would release', command: 'kubectl nvme cleanup --approve --dry-run' },
      { comment: 'Release one volume', command: 'kubectl nvme cleanup --approve nvme-worker-1-3f2a' },
    ],
    flags: [
      dryRunFlag('Show what would be done, and do nothing; server too deletes nothing'),
      { long: 'approve', description: 'Release volumes that wait for a person; nvme-webhook deletes them' },
      {
        long: 'storage-class',
        value: 'NAME',
        repeated: true,
        description: 'Only volumes of this StorageClass; may be repeated',
      },
      ...PRINT_FLAGS,
    ],
  },
  parse,
  run: runCleanup,
});

function parse({ args, flags }: Invocation): CleanupOp {
  return {
    volumes: args.map((arg) => arg.replace(/^(?:pv|persistentvolumes?)\//, '')),
    storageClasses: textsOf(flags, 'storage-class'),
    dryRun: dryRunOf(flags) !== 'none',
    approve: isOn(flags, 'approve'),
    print: printRequest(flags),
  };
}
