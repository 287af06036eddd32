import { deployments } from '../../kube/resources.ts';
import { dryRunFlag, dryRunOf, type DryRun } from '../cli/dry-run.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { MANAGED_BY } from '../../api/keys.ts';
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
      'hugepages or drives have changed; fields that you have set yourself stay, or the conflict is told.',
    examples: [
      {
        comment: 'Run SPDK on a node with all that is free',
        command: 'kubectl nvme spdk apply --node worker-1 --image registry.example/spdk:24.09',
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

async function run({ order, dryRun }: ApplyOp, { kube, namespace, stdout }: Context): Promise<void> {
  const body = await makeDeployment(kube, order, namespace);
  const { name } = order.choice;
  const marks = { none: '', client: ' (dry run)', server: ' (server dry run)' };
  if (dryRun !== 'client') {
    const options = { namespace, dryRun: dryRun === 'server', fieldManager: MANAGED_BY };
    await kube.patch(deployments, name, { type: 'apply', body }, options);
  }
  stdout.write(`deployment.apps/${name} serverside-applied${marks[dryRun]}\n`);
}
