import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes, nvmeNodes, persistentVolumes, pods } from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import type { PrintRequest } from '../cli/print-flags.ts';
import type { Context } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import type { Printable } from '../print/objects.ts';
import { NONE } from '../print/table.ts';
import { writeRows } from '../print/write-rows.ts';
import { absent } from '../../kube/absent.ts';
import { allOf } from '../read/all-of.ts';
import { optional } from '../read/optional.ts';
import { selectedNodes } from '../read/selected-nodes.ts';
import { sizeText } from '../../api/summary.ts';
import { claimText } from '../status/node-sections.ts';
import { losses, type DataLoss, type DrainView } from './losses.ts';

/** A parsed `drain-check`. */
export interface DrainCheckOp {
  nodes: NodeSelection;
  print: PrintRequest;
}

const printableLosses: Printable<DataLoss> = {
  columns: [
    { header: 'NODE', value: ({ node }) => node },
    { header: 'VOLUME', value: ({ metadata }) => metadata.name },
    { header: 'CLAIM', value: claimText },
    { header: 'PODS', value: (loss) => loss.pods.join(',') || NONE },
    { header: 'CAPACITY', value: ({ capacity }) => sizeText(capacity) },
    { header: 'STORAGECLASS', value: ({ storageClass }) => storageClass ?? NONE },
    { header: 'REASON', value: ({ reason }) => reason },
  ],
  name: ({ metadata }) => `persistentvolume/${metadata.name}`,
};

/** Prints what is lost when the nodes go; rejects when anything is, so that scripts stop there. */
export async function runDrainCheck(op: DrainCheckOp, context: Context): Promise<void> {
  const names = await selectedNodes(context.kube, op.nodes);
  const found = losses(await readView(context, names));
  if (found.length > 0 || op.print.format.kind !== 'table') {
    await writeRows(found, printableLosses, op.print, context);
  }
  const failures = names.flatMap((name) => lossFailure(name, found) ?? []);
  if (failures.length > 0) throw new Failures(failures);
  for (const name of names) context.stderr.write(`node/${name} can go: no claim or pod would lose data\n`);
}

async function readView({ kube, stderr }: Context, names: readonly string[]): Promise<DrainView> {
  const note = (what: string) => (why: string) => stderr.write(`Note: ${what}: ${why}\n`);
  const [found, volumes, running, reports] = await allOf([
    allOf(names.map((name) => kube.get(nodes, name))),
    kube.listAll(persistentVolumes),
    readPods(kube, note('Pods are not looked at')),
    optional(readReports(kube, names), note('Data without a volume is not looked at')),
  ]);
  return {
    nodes: found,
    volumes: volumes.items,
    nvmeNodes: reports ?? [],
    ...(running ? { pods: running } : {}),
  };
}

/** By name: the reports of a whole cluster are large. */
async function readReports(kube: KubeApi, names: readonly string[]): Promise<{ items: NVMeNode[] }> {
  const found = await Promise.all(names.map((name) => absent(kube.get(nvmeNodes, name))));
  return { items: found.filter((one) => one !== undefined) };
}

/** Pods of all nodes: a pending one may wait for just this claim. */
const readPods = (kube: KubeApi, note: (why: string) => unknown) => optional(kube.listAll(pods), note);

function lossFailure(node: string, found: readonly DataLoss[]): Failure | undefined {
  const here = found.filter((loss) => loss.node === node);
  if (here.length === 0) return undefined;
  const users = new Set(here.flatMap((loss) => loss.pods)).size;
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return new Failure(
    `node ${node} must not go: ${count(here.length, 'volume')} with data, used by ${count(users, 'pod')}`,
  );
}
