import { TAINTED } from '../../../api/keys.ts';
import { profileFor } from '../../../api/matching.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import type { Node } from '../../../kube/resources.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';

interface Platform {
  name: string;
  /** Every Node of the platform's own node pools has it. */
  label: string;
  /** The command that has a node pool bring a taint. */
  command: (key: string, effect: string) => string;
}

/** Karpenter's nodes have some of these labels too; for them see the check `karpenter`. */
const KARPENTER_LABEL = 'karpenter.sh/nodepool';

const PLATFORMS: readonly Platform[] = [
  {
    name: 'AKS',
    label: 'kubernetes.azure.com/cluster',
    // Not --node-taints: AKS lets nobody take those off.
    command: (key, effect) => `az aks nodepool update … --node-init-taints ${key}=true:${effect}`,
  },
  {
    name: 'GKE',
    label: 'cloud.google.com/gke-nodepool',
    command: (key, effect) => `gcloud container node-pools create … --node-taints ${key}=true:${effect}`,
  },
  {
    name: 'EKS',
    label: 'eks.amazonaws.com/nodegroup',
    command: (key, effect) =>
      `aws eks create-nodegroup … --taints key=${key},value=true,effect=${EKS_EFFECTS[effect] ?? effect}`,
  },
];

const EKS_EFFECTS: Readonly<Record<string, string>> = {
  NoSchedule: 'NO_SCHEDULE',
  NoExecute: 'NO_EXECUTE',
  PreferNoSchedule: 'PREFER_NO_SCHEDULE',
};

/** Nodes that we had to taint although their platform could have had them born so, webhook or no webhook. */
export const platformTaints: Check = {
  name: 'platform-taints',
  installed: true,
  run(survey) {
    const profiles = known(survey.profiles);
    const tainted = known(survey.nodes).filter(
      ({ metadata = {} }) => TAINTED in (metadata.annotations ?? {}),
    );
    return PLATFORMS.flatMap((platform) => advice(platform, tainted, profiles));
  },
};

function advice(
  { name, label, command }: Platform,
  tainted: readonly Node[],
  profiles: readonly NVMeProfile[],
): Found[] {
  const ours = tainted.filter(
    ({ metadata: { labels = {} } = {} }) => label in labels && !(KARPENTER_LABEL in labels),
  );
  const [taint] = ours.flatMap((node) => profileFor(node, profiles)?.spec.taints ?? []);
  if (taint === undefined) return [];
  return [
    {
      level: 'warning',
      message: `${ours.length} nodes of ${name} were tainted by kubectl-nvme: their node pool can bring the taint itself, so that it is there also while no webhook answers`,
      fix: command(taint.key, taint.effect),
    },
  ];
}
