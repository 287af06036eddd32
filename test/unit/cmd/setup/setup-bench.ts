import type { NVMeNode, NVMeNodeStatus } from '../../../../api/node.ts';
import type { Plan } from '../../../../api/plan.ts';
import type { ConditionType } from '../../../../api/reasons.ts';
import { nodes, nvmeNodes, nvmeProfiles } from '../../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { settle, SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe, type Outcome } from '../../../fakes/program.ts';

export const plan: Plan = {
  id: 'plan-1',
  for: 'setup',
  layout: { type: 'Filesystem', filesystem: { type: 'ext4', mountOptions: ['noatime'] } },
  provider: 'aws',
  drives: [],
  candidates: ['/dev/nvme1n1'],
  steps: [
    { name: 'make ext4 filesystem on /dev/nvme1n1', command: ['mkfs.ext4', '-U', 'a b', '/dev/nvme1n1'] },
    { name: 'mount /dev/nvme1n1', command: ['mount', '/dev/nvme1n1', '/pv-disks/x'] },
  ],
  refusals: [{ path: '/dev/nvme2n1', reason: 'carries an xfs filesystem' }],
};

/** `plan` as people read it, up to the drives that are left alone. */
export const planLines: readonly string[] = [
  'Plan plan-1 for node n1: Filesystem/ext4, provider aws',
  '',
  'STEP   NAME                                   COMMAND',
  "1      make ext4 filesystem on /dev/nvme1n1   mkfs.ext4 -U 'a b' /dev/nvme1n1",
  '2      mount /dev/nvme1n1                     mount /dev/nvme1n1 /pv-disks/x',
  '',
  'Left alone:',
  '  /dev/nvme2n1   carries an xfs filesystem',
];

export const AT = '2026-01-01T00:00:00Z';

/** A condition of the generation that the NVMeNode has when it is reported. */
export const condition =
  (type: ConditionType, status: 'True' | 'False', reason: string, message = '') =>
  ({ metadata }: NVMeNode): Partial<NVMeNodeStatus> => ({
    conditions: [
      { type, status, reason, message, lastTransitionTime: AT, observedGeneration: metadata.generation ?? 0 },
    ],
  });

/** A pretended cluster with the node `n1`, and someone who plays its agent. */
export class SetupBench {
  readonly clock = new SteppedClock();
  readonly kube = new FakeKube(this.clock);

  setup(...argv: string[]): Promise<Outcome> {
    return this.run(argv);
  }

  run(argv: readonly string[], signal?: AbortSignal): Promise<Outcome> {
    return kubectlNVMe(['setup', 'node', ...argv], {
      kube: this.kube,
      clock: this.clock,
      ...(signal ? { signal } : {}),
    });
  }

  get nodeUID(): string {
    return this.kube.peek(nodes, 'n1')?.metadata?.uid ?? '';
  }

  addEnrolledNode(status: NVMeNodeStatus = { plan, conditions: [] }): void {
    this.kube.add(nodes, node());
    this.kube.add(nvmeProfiles, nvmeProfile());
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: this.nodeUID };
    this.kube.add(nvmeNodes, nvmeNode({ metadata: { name: 'n1', ownerReferences: [owner] }, status }));
  }

  stored(): NVMeNode {
    const found = this.kube.peek(nvmeNodes, 'n1');
    if (!found) throw new Error('Expected an NVMeNode n1');
    return found;
  }

  /** The request in spec is observed, and this is reported. */
  agentSays(status: (node: NVMeNode) => Partial<NVMeNodeStatus>, options: { ended?: boolean } = {}): void {
    this.kube.change(nvmeNodes, 'n1', (object) => {
      const { progress, ...rest } = object.status ?? {};
      const id = object.spec?.request?.id;
      object.status = {
        ...rest,
        ...(progress && !options.ended ? { progress } : {}),
        ...(id === undefined ? {} : { observedRequestID: id }),
        ...status(object),
      };
    });
  }

  /** The work is over: no progress any more, and this condition. */
  agentEnds(status: (node: NVMeNode) => Partial<NVMeNodeStatus>): void {
    this.agentSays(status, { ended: true });
  }

  /** Runs the command until it waits, then lets the agent act, then gives the result. */
  async setupWith(argv: string[], act: () => Promise<void> | void): Promise<Outcome> {
    const waiting = this.watching();
    const running = this.run(argv);
    await waiting;
    await act();
    return running;
  }

  /** Resolves when the NVMeNode is watched. */
  async watching(): Promise<void> {
    await new Promise<void>((resolve) => this.kube.before('watch', 'nvmenodes', () => resolve()));
    await settle();
  }
}
