import type { Drive } from '../../api/drive.ts';
import { API_VERSION } from '../../api/group.ts';
import type { Printable } from '../print/objects.ts';
import { NONE, orNone } from '../print/table.ts';
import { sizeText } from '../../api/summary.ts';
import type { NodeStorage } from '../status/node-storage.ts';

/** One drive with the node that it is in, as `-o json` prints it. */
export interface NodeDrive extends Drive {
  apiVersion: string;
  kind: 'NodeDrive';
  metadata: { name: string };
  node: string;
}

/** The drives of all these nodes, by node in the order of its report. */
export const drivesOf = (nodes: readonly NodeStorage[]): NodeDrive[] =>
  nodes.flatMap(({ metadata, drives }) =>
    drives.map((drive) => ({
      apiVersion: API_VERSION,
      kind: 'NodeDrive' as const,
      metadata: { name: `${metadata.name}:${drive.path.replace(/^\/dev\//, '')}` },
      node: metadata.name,
      ...drive,
    })),
  );

export const printableDrives: Printable<NodeDrive> = {
  columns: [
    { header: 'NODE', value: ({ node }) => node },
    { header: 'PATH', value: ({ path }) => path },
    { header: 'MODEL', value: ({ model }) => orNone(model) },
    { header: 'SIZE', value: ({ size }) => sizeText(size) },
    { header: 'NUMA', value: ({ numaNode }) => (numaNode === undefined ? NONE : String(numaNode)) },
    { header: 'ROLE', value: ({ role }) => role },
    { header: 'STATE', value: ({ state }) => state },
    { header: 'SERIAL', wide: true, value: ({ serial }) => orNone(serial) },
    { header: 'FIRMWARE', wide: true, value: ({ firmware }) => orNone(firmware) },
    { header: 'PCI', wide: true, value: ({ pciAddress }) => pciAddress ?? NONE },
    { header: 'BYID', wide: true, value: ({ byId }) => byId ?? NONE },
    { header: 'REASON', value: ({ reason }) => reason ?? NONE },
  ],
  name: ({ metadata }) => `drive/${metadata.name}`,
};
