import { parseBytes } from '../../../api/quantity.ts';
import type { HugepagesStatus } from '../../../api/node.ts';
import type { Node } from '../../../kube/resources.ts';
import type { Check } from '../check.ts';
import { known } from '../survey.ts';
import type { Found } from '../finding.ts';

/** Nodes whose kubelet still counts other hugepages than the kernel has: it reads them only when it starts. */
export const hugepages: Check = {
  name: 'hugepages',
  installed: true,
  run(survey) {
    const nodes = new Map(known(survey.nodes).map((node) => [node.metadata?.name, node]));
    return known(survey.nvmeNodes).flatMap(({ metadata, status }) => {
      const node = nodes.get(metadata.name);
      return node === undefined ? [] : mismatches(node, status?.hugepages ?? []);
    });
  },
};

function mismatches({ metadata, status }: Node, reported: readonly HugepagesStatus[]): Found[] {
  const name = metadata?.name ?? '';
  return [...new Set(reported.map(({ size }) => size))].flatMap((size): Found[] => {
    const pages = reported.filter((one) => one.size === size).reduce((sum, { total }) => sum + total, 0);
    const kernel = pages * parseBytes(size);
    const kubelet = parseBytes(status?.capacity?.[`hugepages-${size}`] ?? '0');
    if (kernel === kubelet) return [];
    return [
      {
        level: 'warning',
        object: `node/${name}`,
        message: `has ${pages} hugepages of ${size}, but its kubelet counts ${kubelet / parseBytes(size)}`,
        fix: `Restart the kubelet on ${name}: it reads them only when it starts`,
      },
    ];
  });
}
