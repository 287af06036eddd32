import type { Check } from '../check.ts';
import { known } from '../survey.ts';

/** What the caller may not do; a read-only account is nothing wrong, so these are never errors. */
export const permissions: Check = {
  name: 'permissions',
  run(survey) {
    return known(survey.permissions)
      .filter(({ allowed }) => !allowed)
      .map(({ verb, group, resource, namespace, usedBy }) => {
        const what = group === '' ? resource : `${resource}.${group}`;
        const where = namespace === undefined ? '' : ` -n ${namespace}`;
        return {
          level: 'warning',
          message: `you may not ${verb} ${what}${where}, which kubectl nvme ${usedBy} needs`,
          fix: `Ask for it; check with: kubectl auth can-i ${verb} ${what}${where}`,
        };
      });
  },
};
