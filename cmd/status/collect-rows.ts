import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { inParallel } from '../../kube/in-parallel.ts';
import { nodeFrom } from '../../kube/protobuf/node.ts';
import { persistentVolumeFrom } from '../../kube/protobuf/persistent-volume.ts';
import { nvmeNodes } from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { installed } from '../read/installed.ts';
import { briefReports } from './brief-report.ts';
import type { ClusterView } from './cluster-view.ts';
import { collect, readNVMeNodes, readOneNVMeNode, type Collected } from './collect.ts';
import { briefRow, rowOf, type StatusRow } from './status-row.ts';
import { summarizeCluster } from './summarize.ts';
import { nodeOfVolume } from './volumes.ts';

/** Rows of the table, and what a Collected says beside the objects. */
export type CollectedRows = Omit<Collected, 'view'> & { rows: StatusRow[] };

/** From here on one list of all whole reports costs less than a request for each. */
const MANY = 100;
const AT_ONCE = 16;

/**
 * The rows of a fleet. Reports are read as the API server's table, a hundredth of their bytes, and whole only where the
 * table cannot tell: 2,000 whole reports are 64 MB that it takes seconds to write.
 */
export async function collectRows(kube: KubeApi, query: NodeSelection): Promise<CollectedRows> {
  const { view, ...rest } = await collect(kube, query, {
    reports: async () => briefReports(await installed(kube.listTable(nvmeNodes), nvmeNodes)),
    node: nodeFrom,
    volume: persistentVolumeFrom,
  });
  return { ...rest, rows: rowsOf(await completed(kube, view)) };
}

async function completed(kube: KubeApi, view: ClusterView): Promise<ClusterView> {
  const tells = tellsEnough(view);
  const short = view.nvmeNodes.filter((nvmeNode) => !tells(nvmeNode));
  if (short.length === 0) return view;
  const whole = await wholeReports(
    kube,
    short.map(({ metadata }) => metadata.name ?? ''),
  );
  return { ...view, nvmeNodes: [...view.nvmeNodes.filter(tells), ...whole] };
}

async function wholeReports(kube: KubeApi, names: readonly string[]): Promise<NVMeNode[]> {
  if (names.length > MANY) return readNVMeNodes(kube, names);
  const found: NVMeNode[] = [];
  await inParallel(names, AT_ONCE, async (name) => found.push(...(await readOneNVMeNode(kube, name))));
  return found;
}

/** Whether a row of the table says all that `status` prints of the node. */
function tellsEnough({ nodes, volumes }: ClusterView): (nvmeNode: NVMeNode) => boolean {
  const names = new Set(nodes.map(({ metadata }) => metadata?.name));
  const published = new Set(volumes?.map(nodeOfVolume));
  return ({ metadata, status: { summary, progress, conditions = [] } = {} }) => {
    if (summary === undefined || !names.has(metadata.name)) return false;
    // Which volumes they are decides what is counted; and of which generation a failure is, whether it counts.
    const hasLiveVolumes = volumes === undefined || summary.volumes === 0 || published.has(metadata.name);
    const failing = conditions.some(({ type, status }) => type === 'Ready' && status === 'False');
    return summary.unsettled === 0 && hasLiveVolumes && !(failing && progress !== undefined);
  };
}

function rowsOf(view: ClusterView): StatusRow[] {
  const brief = new Map(view.nvmeNodes.map(({ metadata, status }) => [metadata.name, status]));
  return summarizeCluster(view).map((node) => {
    const status = brief.get(node.metadata.name);
    return status?.summary === undefined || status.drives !== undefined
      ? rowOf(node)
      : briefRow(node, status.summary, view.volumes !== undefined);
  });
}
