import { NODE_LABEL } from '../../api/keys.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { slim } from '../../kube/projection.ts';
import {
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  type Node,
  type PersistentVolume,
} from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { absent } from '../../kube/absent.ts';
import { allOf } from '../read/all-of.ts';
import { installed } from '../read/installed.ts';
import { optional } from '../read/optional.ts';
import type { ClusterView } from './cluster-view.ts';
import { slimReport } from './slim-report.ts';

/** What was found, what could not be, and what the reader should know about gaps. */
export interface Collected {
  view: ClusterView;
  /** One per name that does not exist, or could not be read. */
  errors: unknown[];
  notes: string[];
}

/** Label values end at 63 characters (RFC 1123), node names may be longer. */
const MAX_LABEL_VALUE = 63;

/** How the kinds are read that clusters have thousands of; whole objects unless said otherwise. */
export interface Reading {
  reports?: (kube: KubeApi, names: readonly string[]) => Promise<NVMeNode[]>;
  node?: (message: Buffer) => Node;
  volume?: (message: Buffer) => PersistentVolume;
}

/** Reads Nodes, NVMeNodes, PersistentVolumes and profiles at once, by name where names are given. */
export async function collect(
  kube: KubeApi,
  query: NodeSelection,
  { reports: readReports = readNVMeNodes, node, volume }: Reading = {},
): Promise<Collected> {
  const notes: string[] = [];
  const volumesOfOurs = {
    labelSelector: volumeSelector(query.names),
    ...(volume ? { decode: volume } : { project: slim<PersistentVolume>, streamed: true }),
  };
  const [found, reports, volumes, profiles] = await allOf([
    readNodes(kube, query, node),
    readReports(kube, query.names),
    optional(kube.listAll(persistentVolumes, volumesOfOurs), (why) =>
      notes.push(`Volumes are shown as the agents last reported them: ${why}`),
    ),
    optional(kube.listAll(nvmeProfiles), (why) => notes.push(`Profiles are not looked at: ${why}`)),
  ]);
  const view: ClusterView = {
    nodes: found.nodes,
    // Without names and selector an NVMeNode whose Node is gone is shown too.
    nvmeNodes: isNarrow(query) ? belongingTo(found.nodes, reports) : reports,
    ...(volumes ? { volumes } : {}),
    profiles: profiles ?? [],
  };
  return { view, errors: found.errors, notes: notes.sort() };
}

/** Selects the PersistentVolumes of ours, on these nodes or on all. */
export function volumeSelector(names: readonly string[]): string {
  const byName = names.length > 0 && names.every((name) => name.length <= MAX_LABEL_VALUE);
  return byName ? `${NODE_LABEL} in (${names.join(',')})` : NODE_LABEL;
}

async function readNodes(
  kube: KubeApi,
  query: NodeSelection,
  decode: Reading['node'],
): Promise<{ nodes: Node[]; errors: unknown[] }> {
  if (query.names.length === 0) {
    const selector = query.selector === undefined ? {} : { labelSelector: query.selector };
    const how = decode ? { decode } : { project: slim<Node>, streamed: true };
    return { nodes: (await kube.listAll(nodes, { ...selector, ...how })).items, errors: [] };
  }
  const results = await Promise.allSettled(query.names.map((name) => kube.get(nodes, name)));
  return {
    nodes: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    errors: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
}

/** The whole reports, of all nodes when no name is given. */
export async function readNVMeNodes(kube: KubeApi, names: readonly string[]): Promise<NVMeNode[]> {
  if (names.length === 1 && names[0] !== undefined) return readOneNVMeNode(kube, names[0]);
  const all = await installed(kube.listAll(nvmeNodes, { project: slimReport, streamed: true }), nvmeNodes);
  if (names.length === 0) return all.items;
  return all.items.filter(({ metadata }) => names.includes(metadata.name ?? ''));
}

/** One whole report; none when nothing enrolled the node. */
export async function readOneNVMeNode(kube: KubeApi, name: string): Promise<NVMeNode[]> {
  const found = await absent(installed(kube.get(nvmeNodes, name), nvmeNodes));
  return found === undefined ? [] : [found];
}

const isNarrow = ({ names, selector }: NodeSelection): boolean => names.length > 0 || selector !== undefined;

function belongingTo(found: readonly Node[], reports: readonly NVMeNode[]): NVMeNode[] {
  const names = new Set(found.map((node) => node.metadata?.name));
  return reports.filter(({ metadata }) => names.has(metadata.name));
}
