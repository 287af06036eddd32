import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { toYaml } from '../print/yaml.ts';
import { makeDeployment } from '../spdk/make.ts';
import { SPDK_FLAGS, spdkOrder, type SpdkOrder } from '../spdk/order.ts';

/** `kubectl nvme spdk render`: a Deployment that gives SPDK what a node really has. */
export const spdkRender = clusterVerb<SpdkOrder>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'Print a Deployment of spdk_tgt for a node as YAML: hugepages limits and requests are what is truly free there, -s is\n' +
      'the same memory, and only the node’s controllers that are SPDK’s are allowed. Changes nothing.',
    examples: [
      {
        comment: 'Look at it, then change what you like',
        command: 'kubectl nvme spdk render --node worker-1 --image registry.example/spdk:24.09',
      },
    ],
    flags: SPDK_FLAGS,
  },
  parse: (invocation: Invocation) => spdkOrder(invocation, 'kubectl nvme spdk render'),
  run: async (order: SpdkOrder, { kube, namespace, stdout }: Context) => {
    stdout.write(toYaml(await makeDeployment(kube, order, namespace)));
  },
});
