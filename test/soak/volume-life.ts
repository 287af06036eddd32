import { setTimeout as delay } from 'node:timers/promises';
import { absent } from '../../kube/absent.ts';
import { persistentVolumeClaims, persistentVolumes, pods } from '../../kube/resources.ts';
import { NAMESPACE, STORAGE_CLASS } from './machine.ts';
import type { Machine, Stage, Volume } from './machine.ts';
import { publish } from './node-life.ts';
import { made, patiently, removed } from './patient-kube.ts';

const LIMIT_MS = 120_000;

/** A pod on the machine claims the volume; the real PV controller binds it. */
export async function isClaimed(stage: Stage, { name: nodeName }: Machine, volume: Volume): Promise<void> {
  const { kube, controllerUID } = stage;
  const name = `claim-${volume.name}`;
  await made(
    kube,
    persistentVolumeClaims,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        ...{ accessModes: ['ReadWriteOnce'], storageClassName: STORAGE_CLASS, volumeName: volume.name },
        resources: { requests: { storage: '1Gi' } },
      },
    },
    { namespace: NAMESPACE },
  );
  volume.claim = name;
  await made(kube, pods, podOf(name, nodeName, controllerUID), { namespace: NAMESPACE });
  await phase(stage, volume, 'Bound');
  stage.tally.claims += 1;
}

/** The user is done: pod and claim go, and the agent cleans the released volume and publishes it anew. */
export async function isReleased(stage: Stage, machine: Machine, volume: Volume): Promise<void> {
  const { kube, keepsakes, tally } = stage;
  const claim = volume.claim ?? '';
  await removed(kube, pods, claim, { namespace: NAMESPACE, gracePeriodSeconds: 0 });
  await removed(kube, persistentVolumeClaims, claim, { namespace: NAMESPACE });
  await phase(stage, volume, 'Released');
  keepsakes.letGo(volume.name);
  await removed(kube, persistentVolumes, volume.name);
  await until(`${volume.name} to go`, async () => {
    const found = await patiently(() => absent(kube.get(persistentVolumes, volume.name)));
    return found === undefined;
  });
  delete volume.claim;
  await publish(stage, machine, volume.name);
  tally.releases += 1;
}

const phase = ({ kube }: Stage, { name }: Volume, wanted: string): Promise<void> =>
  until(`${name} to be ${wanted}`, async () => {
    const volume = await patiently(() => kube.get(persistentVolumes, name));
    return volume.status?.phase === wanted;
  });

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited ${LIMIT_MS / 1000} s for ${what}`);
    await delay(1_000);
  }
}

const podOf = (name: string, nodeName: string, controllerUID: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name, namespace: NAMESPACE },
    ownerReferences: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'soak', uid: controllerUID, controller: true },
    ],
  },
  spec: {
    nodeName,
    containers: [{ name: 'app', image: 'none' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
  },
});
