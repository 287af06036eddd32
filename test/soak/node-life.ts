import { NODE_UID, READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { removeTaints } from '../../kube/edit-node.ts';
import {
  nodes,
  nvmeNodes,
  persistentVolumes,
  type Node,
  type PersistentVolume,
} from '../../kube/resources.ts';
import { newNode, readyStatus } from '../builders/new-node.ts';
import { newVolume, reported } from '../builders/orphans.ts';
import { bootID, GRACE_MS, isTainted, NAMESPACE, SOAK_LABEL, STORAGE_CLASS } from './machine.ts';
import type { Machine, Stage } from './machine.ts';
import { made, patiently, removed } from './patient-kube.ts';

const VOLUMES_PER_NODE = 2;

/** A machine registers, is held by the taint and enrolled, publishes its volumes, and takes pods. */
export async function isBorn(stage: Stage, name: string): Promise<Machine> {
  const machine: Machine = { name, uid: '', boot: 1, volumes: [] };
  const node = await register(stage, machine);
  stage.tally.births += 1;
  if (isTainted(node)) stage.tally.taintedInCreate += 1;
  await heldAndEnrolled(stage, machine, 'birth');
  for (let number = 0; number < VOLUMES_PER_NODE; number += 1) {
    machine.volumes.push({ name: `pv-${name}-${number}` });
    await publish(stage, machine, `pv-${name}-${number}`);
  }
  await inService(stage, machine);
  return machine;
}

/** Another boot of the same machine: tainted again until its agent has found the volumes. */
export async function reboots(stage: Stage, machine: Machine): Promise<void> {
  machine.boot += 1;
  await boots(stage, machine);
  await heldAndEnrolled(stage, machine, 'reboot');
  await inService(stage, machine);
  stage.tally.reboots += 1;
}

/** The Node is deleted and the same machine registers again: its volumes are found, and follow its new UID. */
export async function returns(stage: Stage, machine: Machine): Promise<void> {
  for (const { name } of machine.volumes) stage.keepsakes.letGo(name);
  await cordon(stage, machine);
  const left = performance.now();
  await removed(stage.kube, nodes, machine.name);
  await register(stage, machine);
  const wasQuick = performance.now() - left < GRACE_MS / 2;
  await heldAndEnrolled(stage, machine, 'return');
  await reportVolumes(stage, machine);
  const { name, uid } = machine;
  const follows = (volume: PersistentVolume | undefined): boolean =>
    volume === undefined ? !wasQuick : volume.metadata?.annotations?.[NODE_UID] === uid;
  await stage.expectations.expect(`volumes of ${name} to follow its new UID`, ({ volumes }) =>
    machine.volumes.every((volume) => follows(volumes.get(volume.name))),
  );
  if (wasQuick) await keepAll(stage, machine);
  await inService(stage, machine);
  stage.tally.returns += 1;
}

/** The cloud takes the machine away for good: volumes, claims and pods have to go. */
export async function dies(stage: Stage, machine: Machine): Promise<void> {
  for (const { name } of machine.volumes) stage.keepsakes.letGo(name);
  await cordon(stage, machine);
  await removed(stage.kube, nodes, machine.name);
  stage.tally.deaths += 1;
  const claims = machine.volumes.flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
  await stage.expectations.expect(`what ${machine.name} left behind to go`, (view) => {
    const left = (claim: string): boolean =>
      view.claims.has(`${NAMESPACE}/${claim}`) || view.pods.has(`${NAMESPACE}/${claim}`);
    return machine.volumes.every(({ name }) => !view.volumes.has(name)) && !claims.some(left);
  });
}

/** The agent makes the PV of a data directory that it knows to be empty. */
export async function publish({ kube, keepsakes }: Stage, machine: Machine, name: string): Promise<void> {
  const { name: nodeName, uid: nodeUID } = machine;
  const grace = `${GRACE_MS / 1000}s`;
  const volume = newVolume({ name, nodeName, nodeUID, grace, driveCount: VOLUMES_PER_NODE }, STORAGE_CLASS);
  const { metadata } = await made(kube, persistentVolumes, volume);
  keepsakes.keep(name, metadata?.uid ?? '');
}

async function register({ kube }: Stage, machine: Machine): Promise<Node> {
  const node = await made(kube, nodes, newNode(machine.name, SOAK_LABEL));
  machine.uid = node.metadata?.uid ?? '';
  await boots({ kube }, machine);
  return node;
}

async function boots({ kube }: Pick<Stage, 'kube'>, machine: Machine): Promise<void> {
  const body = readyStatus(bootID(machine));
  await patiently(() => kube.patch(nodes, machine.name, { type: 'merge', body }, { subresource: 'status' }));
}

async function heldAndEnrolled({ expectations }: Stage, machine: Machine, why: string): Promise<void> {
  const { name, uid } = machine;
  await expectations.expect(`${name} to be tainted and enrolled after its ${why}`, (view) => {
    const owners = view.nvmeNodes.get(name)?.metadata.ownerReferences ?? [];
    return isTainted(view.nodes.get(name)) && owners.some((owner) => owner.uid === uid);
  });
}

async function inService({ kube }: Stage, machine: Machine): Promise<void> {
  const ready = { [READY_BOOT_ID]: bootID(machine) };
  await patiently(() => removeTaints(kube, machine.name, [STARTUP_TAINT_KEY], ready));
}

async function cordon({ kube }: Stage, { name }: Machine): Promise<void> {
  const body = { spec: { unschedulable: true } };
  await patiently(() => kube.patch(nodes, name, { type: 'merge', body }));
}

async function reportVolumes({ kube }: Stage, machine: Machine): Promise<void> {
  const volumes = machine.volumes.map(({ name }) => ({
    ...{ name, path: `/pv-disks/${name}/data`, capacity: 2 ** 31 },
    ...{ identity: `identity-${name}`, state: 'Available' as const },
  }));
  const { status } = reported(machine.uid, { volumes, bootID: bootID(machine) });
  const patch = { type: 'merge' as const, body: { status } };
  await patiently(() => kube.patch(nvmeNodes, machine.name, patch, { subresource: 'status' }));
}

async function keepAll({ kube, keepsakes }: Stage, machine: Machine): Promise<void> {
  for (const { name } of machine.volumes) {
    const { metadata } = await patiently(() => kube.get(persistentVolumes, name));
    keepsakes.keep(name, metadata?.uid ?? '');
  }
}
