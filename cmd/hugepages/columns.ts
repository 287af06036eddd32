import { parseBytes } from '../../api/quantity.ts';
import type { Printable } from '../print/objects.ts';
import { NONE } from '../print/table.ts';
import { sizeText } from '../../api/summary.ts';
import type { NodeHugepages } from '../../spdk/pools.ts';

const UNKNOWN = '<unknown>';

export const printableHugepages: Printable<NodeHugepages> = {
  columns: [
    { header: 'NODE', value: ({ node }) => node },
    { header: 'NUMA', value: ({ numaNode }) => String(numaNode) },
    { header: 'SIZE', value: ({ size }) => size },
    { header: 'TOTAL', value: ({ total }) => String(total) },
    { header: 'FREE', value: ({ free }) => (free === undefined ? UNKNOWN : String(free)) },
    {
      header: 'MEMORY',
      value: ({ free, size }) => (free === undefined ? UNKNOWN : sizeText(free * parseBytes(size))),
    },
    { header: 'PROBLEM', value: ({ problem }) => problem ?? NONE },
  ],
  name: ({ metadata }) => `hugepages/${metadata.name}`,
};
