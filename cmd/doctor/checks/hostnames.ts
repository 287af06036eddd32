import { HOSTNAME_LABEL } from '../../../api/keys.ts';
import { profileFor } from '../../../api/matching.ts';
import type { Check } from '../check.ts';
import { known } from '../survey.ts';

/** Nodes whose hostname label is not their name: local volumes select on that label. */
export const hostnames: Check = {
  name: 'hostnames',
  installed: true,
  run(survey) {
    const profiles = known(survey.profiles);
    return known(survey.nodes)
      .filter((node) => profileFor(node, profiles) !== undefined)
      .flatMap(({ metadata: { name = '', labels = {} } = {} }) => {
        const hostname = labels[HOSTNAME_LABEL];
        if (hostname === name) return [];
        return [
          {
            level: 'warning',
            object: `node/${name}`,
            message: `has the label ${HOSTNAME_LABEL}=${hostname ?? ''}, not its name: its agent may not publish volumes for it`,
            fix: 'Start its kubelet without --hostname-override, or with the same name for both.',
          },
        ];
      });
  },
};
