import { withDefaults } from '../../../api/defaults.ts';
import type { NVMeProfile } from '../../../api/profile.ts';
import { selectorMatches } from '../../../api/selector.ts';
import type { Node } from '../../../kube/resources.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';

/** Profiles that rule no node, and nodes where only the alphabet decides between profiles. */
export const profiles: Check = {
  name: 'profiles',
  installed: true,
  run(survey) {
    const all = known(survey.profiles);
    const nodes = known(survey.nodes);
    if (all.length === 0) {
      const message = 'there is no NVMeProfile: no node is set up';
      return [{ level: 'warning', message, fix: 'kubectl nvme install --profile filesystem-per-drive' }];
    }
    return [...all.filter((profile) => !nodes.some(isFor(profile))).map(unused), ...undecided(all, nodes)];
  },
};

const isFor =
  ({ spec }: NVMeProfile) =>
  ({ metadata }: Node): boolean =>
    selectorMatches(withDefaults(spec).nodeSelector, metadata?.labels ?? {});

function unused({ metadata, spec }: NVMeProfile): Found {
  const labels = Object.entries(spec?.nodeSelector?.matchLabels ?? {}).map(
    ([key, value]) => `${key}=${value}`,
  );
  return {
    level: 'warning',
    object: `nvmeprofile/${metadata.name ?? ''}`,
    message: 'matches no node',
    fix:
      labels.length === 0
        ? `kubectl edit nvmeprofile ${metadata.name ?? ''}`
        : `Fine for a pool without nodes; else: kubectl label node NODE ${labels.join(' ')}`,
  };
}

/** Pairs of profiles of one priority that both match some node. */
function undecided(all: readonly NVMeProfile[], nodes: readonly Node[]): Found[] {
  return all.flatMap((first, index) =>
    all.slice(index + 1).flatMap((second) => {
      const both = nodes.find((node) => isFor(first)(node) && isFor(second)(node));
      if (both === undefined || priorityOf(first) !== priorityOf(second)) return [];
      const [name, other] = [first, second].map(({ metadata }) => metadata.name ?? '').sort();
      return [
        {
          level: 'warning',
          object: `nvmeprofile/${other ?? ''}`,
          message: `has the priority of ${name ?? ''} and matches node ${both.metadata?.name ?? ''} too: ${name ?? ''} wins only by its name`,
          fix: `kubectl patch nvmeprofile ${other ?? ''} --type=merge -p '{"spec":{"priority":-1}}'`,
        } satisfies Found,
      ];
    }),
  );
}

const priorityOf = ({ spec }: NVMeProfile): number => withDefaults(spec).priority;
