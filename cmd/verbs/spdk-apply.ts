import { dryRunFlag, dryRunOf, type DryRun } from '../cli/dry-run.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { applyDeployment } from '../spdk/apply.ts';
import { bindingNote } from '../spdk/binding-note.ts';
import { makeDeployment } from '../spdk/make.ts';
import { SPDK_FLAGS, spdkOrder, type SpdkOrder } from '../spdk/order.ts';

interface ApplyOp {
  order: SpdkOrder;
  dryRun: DryRun;
}

/** `kubectl nvme spdk apply`: the same Deployment, server-side applied. */
export const spdkApply = clusterVerb<ApplyOp>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'Apply a Deployment of spdk_tgt for a node, made as `spdk render` makes it, in the namespace of -n. Run it again after\n' +
      'hugepages or drives have changed, or let --keep-current do it; fields that you have set yourself stay, or the conflict\n' +
      'is told.',
    examples: [
      {
        comment: 'Run SPDK on a node with all that is free',
        command: 'kubectl nvme spdk apply --node worker-1 --image registry.example/spdk:24.09',
      },
      {
        comment: 'Have it follow the node: other hugepages or drives replace its pod',
        command: 'kubectl nvme spdk apply --node worker-1 --image registry.example/spdk:24.09 --keep-current',
      },
    ],
    flags: [
      ...SPDK_FLAGS,
      dryRunFlag('Do everything but change the cluster; server has the API server check it'),
    ],
  },
  parse: (invocation: Invocation) => ({
    order: spdkOrder(invocation, 'kubectl nvme spdk apply'),
    dryRun: dryRunOf(invocation.flags),
  }),
  run,
});

async function run({ order, dryRun }: ApplyOp, context: Context): Promise<void> {
  const { kube, namespace, stdout, stderr } = context;
  const body = await makeDeployment(kube, order, namespace);
  const { name, keepCurrent } = order.choice;
  const marks = { none: '', client: ' (dry run)', server: ' (server dry run)' };
  if (dryRun !== 'client') {
    await applyDeployment(kube, name, body, { namespace, dryRun: dryRun === 'server' });
  }
  stdout.write(`deployment.apps/${name} serverside-applied${marks[dryRun]}\n`);
  if (keepCurrent) stderr.write(await bindingNote(kube, namespace));
}
