import { PROVISIONER } from '../../../api/keys.ts';
import { wantedStorageClasses } from '../../../api/wanted-storage-classes.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';

/** Classes that profiles publish volumes in. */
export const classes: Check = {
  name: 'storage-classes',
  installed: true,
  run(survey) {
    const existing = known(survey.storageClasses);
    return [...wantedStorageClasses(known(survey.profiles))].flatMap((name): Found[] => {
      const found = existing.find(({ metadata }) => metadata?.name === name);
      const object = `storageclass/${name}`;
      if (found === undefined) {
        const message = 'is not there: no claim can ask for the volumes of its profile';
        return [
          { level: 'error', object, message, fix: 'The enrol controller makes it; is nvme-webhook running?' },
        ];
      }
      if (found.volumeBindingMode !== 'WaitForFirstConsumer') {
        return [
          {
            level: 'error',
            object,
            message: 'binds claims before their pods have a node (volumeBindingMode Immediate)',
            fix: `kubectl delete ${object}; the enrol controller makes it anew with WaitForFirstConsumer`,
          },
        ];
      }
      return found.provisioner === PROVISIONER ? [] : [foreign(object, found.provisioner)];
    });
  },
};

/** Both kinds are tried in docs/adr/0005: one never scales up, the other pins claims. */
const foreign = (object: string, provisioner: string): Found => ({
  level: 'warning',
  object,
  message: `has the provisioner ${provisioner}: autoscalers do not bring nodes for its claims`,
  fix: `Name another class in the profile, or delete ${object}; it is made anew with ${PROVISIONER}`,
});
