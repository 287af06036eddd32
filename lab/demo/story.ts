import { join } from 'node:path';
import { STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { run } from '../assets/run.ts';
import type { LabContext } from '../context.ts';
import { kubectl } from '../install/kubectl.ts';
import { repoDir } from '../install/install.ts';
import type { Lab } from '../lab.ts';
import type { Narrator } from './narrator.ts';
import { conditionStatus, type Observer, type Seen } from '../observer.ts';

/** What every chapter of the demo works with. */
export interface Stage {
  ctx: LabContext;
  lab: Lab;
  narrator: Narrator;
  observer: Observer;
}

const WORKLOAD = join(import.meta.dirname, 'workload.yaml');
const NODE_OPTIONS = {
  drives: 2,
  size: '2G',
  labels: { 'node.kubernetes.io/local-nvme': 'true' },
  until: 'PoweredOn',
} as const;

const POD = '/api/v1/namespaces/default/pods/writer-0';
const CLAIM = '/api/v1/namespaces/default/persistentvolumeclaims/data-writer-0';
const VOLUMES = '/api/v1/persistentvolumes';
const nodePath = (name: string): string => `/api/v1/nodes/${name}`;

const isTainted = (node: Seen): boolean =>
  (node.spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
const volumesOf = async (observer: Observer, node: string): Promise<Seen[]> =>
  (await observer.list(VOLUMES)).filter(
    ({ metadata }) => metadata.labels?.['kubectl-nvme.dev/node'] === node,
  );

/** A person asks for storage before there is any: the pod waits. */
export async function askForStorage({ ctx, lab, narrator, observer }: Stage): Promise<void> {
  narrator.chapter('a database asks for NVMe, and no node has any');
  await kubectl(ctx, lab, 'apply', '-f', WORKLOAD);
  await observer.until('the pod writer-0 to exist', 30, async () => await observer.get(POD));
  narrator.saw('pod waits for storage', 'writer-0 is Pending');
}

/** A node is born tainted, its drives are made ready, and only then does the pod run there. */
export async function nodeIsBorn(stage: Stage, name: string): Promise<void> {
  const { lab, narrator, observer } = stage;
  narrator.chapter(`node ${name} joins with two raw NVMe drives`);
  await lab.addNode(name, NODE_OPTIONS);
  narrator.say('powered on; waiting for its kubelet to register');
  const born = await observer.until(`node ${name} to register`, 120, () => observer.get(nodePath(name)));
  if (!isTainted(born)) throw new Error(`node ${name} was born without the startup taint`);
  narrator.saw('node is born tainted', 'disk-unconfigured:NoSchedule from its first second');
  await whileTainted(stage, name);
  const volumes = (await volumesOf(observer, name)).map(({ metadata }) => metadata.name);
  narrator.saw('drives are set up, then the taint goes', volumes.join(', '));
}

async function whileTainted({ ctx, lab, narrator, observer }: Stage, name: string): Promise<void> {
  let said = '';
  await observer.until(`the taint of ${name} to go`, 180, async () => {
    const node = await observer.get(nodePath(name));
    const nvme = await observer.get(`/apis/kubectl-nvme.dev/v1alpha1/nvmenodes/${name}`);
    const step = nvme?.status?.progress;
    const ready = conditionStatus(node, 'Ready') === 'True' ? 'kubelet Ready' : 'kubelet starting';
    const line = step === undefined ? ready : `step ${step.step} of ${step.of}: ${step.name}`;
    if (line !== said) narrator.say(line);
    said = line;
    return node !== undefined && !isTainted(node) ? true : undefined;
  });
  const output = await run(ctx, join(repoDir, 'dist', 'kubectl-nvme'), [
    'status',
    `--kubeconfig=${lab.kubeconfig}`,
  ]);
  narrator.shows('kubectl nvme status', output);
}

/** The pod runs on that node and writes to the drive; proved inside the machine, not by our own status. */
export async function podRuns({ ctx, lab, narrator, observer }: Stage, name: string): Promise<void> {
  narrator.chapter(`the database runs on ${name}`);
  await observer.until(`the pod to run on ${name}`, 120, async () => {
    const pod = await observer.get(POD);
    const running = pod?.spec?.nodeName === name && conditionStatus(pod, 'Ready') === 'True';
    return running ? pod : undefined;
  });
  narrator.saw('pod runs', `writer-0 on ${name}`);
  const diary = await observer.until('the pod to have written', 30, async () => {
    const text = await kubectl(ctx, lab, 'exec', 'writer-0', '--', 'head', '-n1', '/data/diary').catch(
      () => '',
    );
    return text.startsWith('born') ? text.trim() : undefined;
  });
  const mounts = await kubectl(ctx, lab, 'exec', 'writer-0', '--', 'cat', '/proc/mounts');
  const mount = mounts.split('\n').find((line) => line.includes(' /data ')) ?? 'no mount at /data';
  if (!mount.startsWith('/dev/nvme')) throw new Error(`expected /data on an NVMe drive, got: ${mount}`);
  narrator.saw('pod writes to NVMe', mount.split(' ').slice(0, 3).join(' '));
  narrator.shows('kubectl exec writer-0 -- head -n1 /data/diary', diary);
}

/** A node dies as clouds let them die; its volumes and claims go, and nothing of any other node. */
export async function nodeDies(stage: Stage, name: string, survivor: string): Promise<void> {
  const { lab, narrator, observer } = stage;
  narrator.chapter(`the cloud deletes ${name}`);
  const lost = await volumesOf(observer, name);
  const kept = await volumesOf(observer, survivor);
  const claim = await observer.get(CLAIM);
  await lab.node(name).delete();
  narrator.say('machine powered off, Node object deleted');
  await observer.until(`the volumes of ${name} to be removed`, 120, async () =>
    (await volumesOf(observer, name)).length === 0 ? true : undefined,
  );
  narrator.saw('volumes of the dead node are gone', `${lost.length} PersistentVolumes removed`);
  const still = await volumesOf(observer, survivor);
  const uids = (volumes: Seen[]): string =>
    volumes
      .map(({ metadata }) => metadata.uid)
      .sort()
      .join();
  if (uids(still) !== uids(kept))
    throw new Error(`volumes of ${survivor} changed while ${name} was cleaned up`);
  narrator.saw('volumes of other nodes are untouched', still.map(({ metadata }) => metadata.name).join(', '));
  await observer.until('a new claim for the pod', 120, async () => {
    const now = await observer.get(CLAIM);
    return now !== undefined && now.metadata.uid !== claim?.metadata.uid ? now : undefined;
  });
  narrator.saw('claim is made anew', 'data-writer-0');
}
