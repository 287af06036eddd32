import { withDefaults } from '../../../api/defaults.ts';
import { PROVISIONER } from '../../../api/keys.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';
import { compareVersions } from '../../../kube/version-order.ts';

/** Labels CSIStorageCapacity for template nodes (docs/adr/0005). */
const KNOWS_CAPACITY = '1.35.1';
/** Prefixes of taint keys that it ignores without any flag. */
const IGNORED = [
  'startup-taint.cluster-autoscaler.kubernetes.io/',
  'ignore-taint.cluster-autoscaler.kubernetes.io/',
];

/** Settings of cluster-autoscaler that keep it from bringing nodes, or make it bring too many. */
export const autoscaler: Check = {
  name: 'cluster-autoscaler',
  installed: true,
  run(survey) {
    const profiles = known(survey.profiles);
    const hasCapacity = known(survey.csiDriver) !== undefined;
    return known(survey.deployments).flatMap((deployment) => {
      const container = (deployment.spec?.template.spec?.containers ?? []).find(({ image = '' }) =>
        /(?:^|\/)cluster-autoscaler(?:[-\w]*)[:@]/.test(image),
      );
      if (container === undefined) return [];
      const { namespace = '', name = '' } = deployment.metadata ?? {};
      const object = `deployment/${name}`;
      const flags = [...(container.command ?? []), ...(container.args ?? [])];
      return [
        ...(hasCapacity ? versionProblem(container.image ?? '') : []),
        ...csiFlag(flags),
        ...taintFlags(flags, profiles),
      ].map((found): Found => ({
        ...found,
        object,
        fix: `${found.fix} (kubectl edit -n ${namespace} ${object})`,
      }));
    });
  },
};

function versionProblem(image: string): Found[] {
  const version = /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1];
  if (version === undefined || compareVersions(version, KNOWS_CAPACITY) >= 0) return [];
  return [
    {
      level: 'warning',
      message: `is version ${version}: before ${KNOWS_CAPACITY} it does not understand the storage capacity of new nodes, and CSIDriver ${PROVISIONER} makes it believe that none fits`,
      fix: `Use ${KNOWS_CAPACITY} or newer.`,
    },
  ];
}

/** Design: with it, capacity is compared with the CSINode of a template, which has no driver of ours. */
function csiFlag(flags: readonly string[]): Found[] {
  if (!flags.some((flag) => /^--enable-csi-node-aware-scheduling(?:=true)?$/.test(flag))) return [];
  const message =
    'has --enable-csi-node-aware-scheduling: it then looks for a CSI driver that we do not have';
  return [{ level: 'warning', message, fix: 'Take the flag out.' }];
}

function taintFlags(flags: readonly string[], profiles: readonly NVMeProfile[]): Found[] {
  const told = new Set(
    flags.flatMap((flag) => /^--(?:startup|ignore|status)-taint=(.+)$/.exec(flag)?.[1] ?? []),
  );
  const keys = new Set(profiles.flatMap(({ spec }) => withDefaults(spec).taints.map(({ key }) => key)));
  return [...keys]
    .filter((key) => !told.has(key) && !IGNORED.some((prefix) => key.startsWith(prefix)))
    .map((key) => ({
      level: 'error',
      message: `takes the startup taint ${key} for one that stays: pods never fit a new node`,
      fix: `Add --startup-taint=${key}`,
    }));
}
