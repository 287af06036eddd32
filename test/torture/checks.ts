import assert from 'node:assert/strict';
import { PAUSED, READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { nodes, type Node, type PersistentVolume } from '../../kube/resources.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';
import { nothing } from '../judges/layouts.ts';
import type { Scene } from '../nodes/main-job/scene.ts';
import type { RoundPlan } from './round-plan.ts';
import { drivesOf, volumesOf, type Subject } from './subject.ts';

export const isTainted = ({ spec }: Node): boolean =>
  (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);

/**
 * What no layout has: anything in a mount point without its mount, things in a filesystem beside its data, arrays that did
 * not start, loop devices. An empty mount point may stay.
 */
const LEFT = `
for folder in /pv-disks/*/; do
  [ ! -d "$folder" ] || mountpoint -q "$folder" || find "$folder" -mindepth 1
done
[ ! -d /pv-disks ] || find /pv-disks -mindepth 2 -maxdepth 2 ! -name data ! -name lost+found
grep inactive /proc/mdstat
losetup --list --noheadings
true`;

/** Rejects with an AssertionError unless the drives are as the layout says and every volume is there, once. */
export async function checkLayout(scene: Scene, subject: Subject, plan: RoundPlan): Promise<void> {
  const { node } = subject;
  const found = await scene.kube.get(nodes, node.name);
  assert.equal(
    found.metadata?.annotations?.[READY_BOOT_ID],
    (await node.bootID()).trim(),
    'boot that is ready',
  );
  assert.ok(!isTainted(found), 'the startup taint is still there');
  const volumes = await volumesOf(scene, subject);
  assert.equal(volumes.length, plan.tried.volumes(plan.drives), 'number of volumes');
  for (const { metadata, status } of volumes)
    assert.match(status?.phase ?? '', /^(Available|Bound)$/, metadata?.name);
  await plan.tried.judge({ node, drives: drivesOf(subject, plan), volumes });
  assert.equal(await node.run(['sh', '-c', LEFT]), '', 'left half-made');
}

/** Rejects with an AssertionError unless all drives are raw and the node stays out of use. */
export async function checkReset(scene: Scene, subject: Subject, plan: RoundPlan): Promise<void> {
  const { node } = subject;
  const found = await scene.kube.get(nodes, node.name);
  assert.ok(found.metadata?.annotations?.[PAUSED] !== undefined, 'the node is not paused after its reset');
  assert.ok(isTainted(found), 'no startup taint after a reset');
  await nothing({ node, drives: drivesOf(subject, plan), volumes: await volumesOf(scene, subject) });
  assert.equal(await node.run(['sh', '-c', LEFT]), '', 'left half-made');
}

/** Rejects with an AssertionError unless the volume that was let go is another one now, with nothing of its last user. */
export async function checkRecycled(
  node: LabNode,
  old: PersistentVolume,
  now: PersistentVolume[],
): Promise<void> {
  const path = old.spec?.local?.path ?? '';
  const anew = now.find(({ spec }) => spec?.local?.path === path);
  assert.notEqual(anew?.metadata?.uid, old.metadata?.uid, `${path} was not published anew`);
  assert.equal(anew?.status?.phase, 'Available', path);
  const look =
    old.spec?.volumeMode === 'Block' ? `head -c 96M "$1" | tr -d '\\000' | head -c 64` : 'ls -A "$1"';
  assert.equal(await node.run(['sh', '-c', look, 'look', path]), '', `left of the last user in ${path}`);
}

export async function checkAlien({ node, alien }: Subject): Promise<void> {
  assert.equal(await node.driveDigest(alien.id), alien.digest, 'SHA-256 of the drive that is none of ours');
}
