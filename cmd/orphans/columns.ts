import { humanDuration } from '../print/age.ts';
import type { Printable } from '../print/objects.ts';
import { NONE } from '../print/table.ts';
import { sizeText } from '../../api/summary.ts';
import { claimText } from '../status/node-sections.ts';
import type { Orphan } from './report.ts';

/** How orphans are printed; DUE is counted from `now`. */
export const printableOrphans = (now: () => number): Printable<Orphan> => ({
  columns: [
    { header: 'NAME', value: ({ metadata }) => metadata.name },
    { header: 'NODE', value: ({ node }) => node },
    { header: 'STATE', value: ({ state }) => state },
    { header: 'CLAIM', value: claimText },
    { header: 'CAPACITY', value: ({ capacity }) => sizeText(capacity) },
    {
      header: 'DUE',
      value: ({ due }) => (due === undefined ? NONE : humanDuration(Date.parse(due) - now())),
    },
    { header: 'STORAGECLASS', wide: true, value: ({ storageClass }) => storageClass ?? NONE },
    { header: 'NODEUID', wide: true, value: ({ nodeUID }) => nodeUID ?? NONE },
    { header: 'REASON', value: ({ reason }) => reason },
  ],
  name: ({ metadata }) => `persistentvolume/${metadata.name}`,
});
