import { NODE_LABEL } from '../../../api/keys.ts';
import { readRecord } from '../../../orphans/record.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known } from '../survey.ts';

/** Volumes whose node is gone, and a clean-up that waits for a person. */
export const orphans: Check = {
  name: 'orphans',
  installed: true,
  run(survey) {
    const names = new Set(known(survey.nodes).map(({ metadata }) => metadata?.name));
    const lost = known(survey.volumes).filter(({ metadata }) => !names.has(metadata?.labels?.[NODE_LABEL]));
    const latch = readRecord(known(survey.cleanup))?.latch;
    const stopped: Found[] =
      latch === undefined
        ? []
        : [
            {
              level: 'error',
              message: `clean-up is stopped: ${latch.message}`,
              fix: 'Look at the nodes; to go on: kubectl nvme cleanup --approve',
            },
          ];
    if (lost.length === 0) return stopped;
    const message = `${lost.length} PersistentVolumes belong to nodes that are gone`;
    return [...stopped, { level: 'warning', message, fix: 'kubectl nvme list orphans' }];
  },
};
