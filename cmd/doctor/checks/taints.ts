import { DISKS_READY, PAUSED } from '../../../api/keys.ts';
import { profileFor } from '../../../api/matching.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import type { Node } from '../../../kube/resources.ts';
import { humanDuration } from '../../print/age.ts';
import { startupTaints } from '../../status/taints.ts';
import type { Check } from '../check.ts';
import { shortened, type Found } from '../finding.ts';
import { known } from '../survey.ts';

/** Set-up takes seconds, zeroing of large drives minutes. */
const STUCK_MS = 15 * 60_000;

/** Startup taints that nobody will take off, or that stay for long. */
export const taints: Check = {
  name: 'taints',
  installed: true,
  run(survey) {
    const profiles = known(survey.profiles);
    const found = known(survey.nodes).flatMap((node) => stuck(node, profiles, survey.now));
    return shortened(found, (more) => ({
      level: 'error',
      message: `${more} more nodes are tainted like these`,
      fix: 'kubectl nvme status',
    }));
  },
};

function stuck(node: Node, profiles: readonly NVMeProfile[], now: number): Found[] {
  const { name = '', annotations = {} } = node.metadata ?? {};
  const [taint] = startupTaints(node, profiles);
  if (taint === undefined || PAUSED in annotations) return [];
  const object = `node/${name}`;
  if (profileFor(node, profiles) === undefined) {
    return [
      {
        level: 'error',
        object,
        message: `is tainted with ${taint.key}, but no profile matches it: nothing will take the taint off`,
        fix: `Give it a profile's labels, or: kubectl taint node ${name} ${taint.key}-`,
      },
    ];
  }
  const age = taint.since === undefined ? 0 : now - Date.parse(taint.since);
  if (age < STUCK_MS) return [];
  return [
    {
      level: 'error',
      object,
      message: `is tainted for ${humanDuration(age)}: ${reasonOf(node)}`,
      fix: `kubectl nvme status ${name} -o yaml`,
    },
  ];
}

function reasonOf({ status }: Node): string {
  const condition = status?.conditions?.find(({ type }) => type === DISKS_READY);
  if (condition === undefined) return 'its agent has not reported';
  return `${condition.reason ?? 'NotReady'}: ${condition.message ?? ''}`;
}
