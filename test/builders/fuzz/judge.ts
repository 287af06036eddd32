import type { PlannedStep } from '../../../api/plan.ts';
import type { DriveLabel } from '../drive-kinds.ts';
import type { Scene } from './make-scene.ts';

/** What a plan does, as far as it has to be judged: every step is searched for names of devices, whatever it is. */
export interface Judged {
  steps: readonly { kind: string }[];
  shown: readonly PlannedStep[];
}

/** Steps that write to nothing. */
const READING = new Set(['mount', 'make-data-directory']);

const PATHS = /\/dev\/[\w.:/#+=@-]+|\b[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b/g;

/** Names of things that set-up itself makes. */
const OF_ITS_OWN = /^\/dev\/(?:md\/nvme-|mapper\/nvme-swap-|instance-store-vg\/|theirs\/)/;

/** Every place where a plan touches what it must not, in words: empty for a plan that is right. */
export function wrongs(scene: Scene, { steps, shown }: Judged): string[] {
  const offers = shown.slice(steps.length).map((step) => ({ kind: 'publish', ...step }));
  return [...steps, ...offers].flatMap((step) =>
    devicesIn(scene, step).flatMap((name) => {
      const label = scene.labels[name] ?? 'unknown';
      return mayTouch(scene, step.kind, label) ? [] : [`${step.kind} touches ${name}, which is ${label}`];
    }),
  );
}

/**
 * Every place where a reset touches what it must not: all but drives of a volume of ours, and those while any volume of ours
 * is somebody's, because a reset is carried out whole or not at all.
 */
export function wrongResets(scene: Scene, { steps }: Judged): string[] {
  const isFree = ({ phase, claim }: Scene['volumes'][number]): boolean =>
    phase === 'Released' || (phase === 'Available' && claim === undefined);
  const free = scene.volumes.filter(({ own }) => own).every(isFree);
  return steps.flatMap((step) =>
    devicesIn(scene, step).flatMap((name) => {
      const label = scene.labels[name] ?? 'unknown';
      return label === 'published' && free ? [] : [`reset: ${step.kind} touches ${name}, which is ${label}`];
    }),
  );
}

/** Safe drives that no step touches. */
export function missed(scene: Scene, { steps, shown }: Judged): string[] {
  const touched = new Set([...steps, ...shown].flatMap((step) => devicesIn(scene, step)));
  return Object.keys(scene.labels).filter((name) => scene.labels[name] === 'safe' && !touched.has(name));
}

function mayTouch({ spec, consent }: Scene, kind: string, label: DriveLabel | 'unknown'): boolean {
  if (label === 'safe') return true;
  if (label === 'published') return READING.has(kind);
  if (label !== 'empty') return false;
  const adopted = spec.existingData === 'Adopt' && spec.layout?.type === 'Filesystem' && READING.has(kind);
  return adopted || (spec.existingData === 'Wipe' && consent.newNode === true);
}

/** Kernel names of all devices that a step names, by path, by link or by the address of their controller. */
function devicesIn({ links, controllers }: Scene, step: object): string[] {
  const found = JSON.stringify(step).match(PATHS) ?? [];
  return [...new Set(found)].flatMap((path) => {
    if (OF_ITS_OWN.test(path)) return [];
    if (!path.startsWith('/dev/')) return controllers[path] ?? [path];
    const name = path.replace(/^\/dev\/(?:disk\/by-id\/)?/, '');
    // A link that udev has not made leads to no drive.
    return path.startsWith('/dev/disk/') ? [links[name] ?? []].flat() : [name];
  });
}
