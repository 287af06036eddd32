import { EXTENT_BYTES, LV_STRIPE_BYTES } from './extents.ts';
import { mdNotation, lvmNotation } from './identity.ts';
import type {
  LvCreateStep,
  LvRemoveStep,
  MdAssembleStep,
  MdCreateStep,
  MdStopStep,
  MkfsStep,
  PvCreateStep,
  Step,
  VgActivateStep,
  VgCreateStep,
  VgRemoveStep,
} from './step.ts';
import { swapCommandOf } from './swap-command.ts';
import { isSwapStep } from './swap-step.ts';

/**
 * LVM as it must be asked from a container: no devices file of the image or host that hides our drives, no hints, and
 * no udev cookie, which host and container could not both see (they have different semaphores).
 */
export const LVM_CONFIG =
  'devices { use_devicesfile=0 hints="none" } activation { udev_sync=0 udev_rules=0 }';

const lvm = (command: string, ...rest: string[]): string[] => [command, '--config', LVM_CONFIG, ...rest];

/** The exact argument array that the executor runs; empty for steps that are no program. */
export function commandOf(step: Step): string[] {
  if (isSwapStep(step)) return swapCommandOf(step);
  switch (step.kind) {
    case 'mkfs':
      return mkfs(step);
    case 'md-create':
    case 'md-assemble':
    case 'md-stop':
      return mdCommandOf(step);
    case 'wipe-signatures':
      return ['wipefs', '--all', '--quiet', step.device];
    case 'pv-create':
    case 'vg-create':
    case 'vg-activate':
    case 'lv-create':
    case 'lv-remove':
    case 'vg-remove':
      return lvmCommandOf(step);
    case 'make-raw':
      return ['blkdiscard', step.device];
    case 'unmount':
      return ['umount', step.path];
    case 'mount':
      return ['mount', '-t', step.fsType, '-o', step.options.join(','), step.device, step.path];
    case 'load-driver':
      return ['modprobe', step.driver];
    default:
      return [];
  }
}

function mdCommandOf(step: MdCreateStep | MdAssembleStep | MdStopStep): string[] {
  switch (step.kind) {
    case 'md-create':
      return mdCreate(step);
    case 'md-assemble': {
      const uuid = `--uuid=${mdNotation(step.uuid)}`;
      return ['mdadm', '--assemble', `/dev/md/${step.arrayName}`, '--run', uuid, ...step.devices];
    }
    case 'md-stop':
      return ['mdadm', '--stop', step.device];
  }
}

type LvmStep = PvCreateStep | VgCreateStep | VgActivateStep | LvCreateStep | LvRemoveStep | VgRemoveStep;

/** Removal selects by tag, so that another group of that name is never meant. */
function lvmCommandOf(step: LvmStep): string[] {
  switch (step.kind) {
    case 'pv-create':
      return lvm('pvcreate', '--yes', '--uuid', lvmNotation(step.uuid), '--norestorefile', step.device);
    case 'vg-create':
      return lvm(
        'vgcreate',
        '--physicalextentsize',
        `${EXTENT_BYTES}b`,
        '--addtag',
        step.tag,
        step.vgName,
        ...step.devices,
      );
    case 'vg-activate':
      return lvm('vgchange', '--activate', 'y', step.vgName);
    case 'lv-create':
      return lvCreate(step);
    case 'lv-remove': {
      const { vgName, lvName, tag } = step;
      return lvm('lvremove', '--yes', '--select', `lv_tags=${tag}`, `${vgName}/${lvName}`);
    }
    case 'vg-remove':
      // Without --yes: asked whether the volumes in it may go, it takes the missing answer for no.
      return lvm('vgremove', '--select', `vg_tags=${step.tag}`, step.vgName);
  }
}

const mkfs = (step: MkfsStep): string[] => (step.fsType === 'ext4' ? mkfsExt4(step) : mkfsXfs(step));

/** `-m 0`: a data drive needs no blocks reserved for root. `nodiscard`: the drives come trimmed, a discard is slow. */
function mkfsExt4({ device, uuid, stripe }: MkfsStep): string[] {
  const blockBytes = 4096;
  const stride = stripe && stripe.chunkBytes / blockBytes;
  const extended = [
    'nodiscard',
    'lazy_itable_init=1',
    ...(stripe && stride ? [`stride=${stride}`, `stripe-width=${stride * stripe.dataMembers}`] : []),
  ];
  return ['mkfs.ext4', '-q', '-F', '-b', '4096', '-m', '0', '-U', uuid, '-E', extended.join(','), device];
}

/** `-K`: no discard. `-f` only overwrites what planning found to be half-made by us. */
function mkfsXfs({ device, uuid, stripe }: MkfsStep): string[] {
  const geometry = stripe ? ['-d', `su=${stripe.chunkBytes},sw=${stripe.dataMembers}`] : [];
  return ['mkfs.xfs', '-q', '-f', '-K', '-m', `uuid=${uuid}`, ...geometry, device];
}

/**
 * `--run` answers mdadm's questions, `--homehost=any` lets any host name assemble it under the same name, `--force`
 * is asked for by an array of one member.
 */
function mdCreate({ arrayName, uuid, level, chunkBytes, devices }: MdCreateStep): string[] {
  return [
    'mdadm',
    '--create',
    `/dev/md/${arrayName}`,
    '--run',
    ...(devices.length === 1 ? ['--force'] : []),
    '--homehost=any',
    '--metadata=1.2',
    `--name=${arrayName}`,
    `--uuid=${mdNotation(uuid)}`,
    `--level=${level}`,
    `--chunk=${chunkBytes / 1024}`,
    ...(level === 10 ? ['--bitmap=internal'] : []),
    `--raid-devices=${devices.length}`,
    ...devices,
  ];
}

/** `--wipesignatures n`: the blocks are blank or half-made by us; without it lvcreate would ask. */
function lvCreate({ vgName, lvName, tag, extents, stripes }: LvCreateStep): string[] {
  const striping = stripes > 1 ? ['--stripes', String(stripes), '--stripesize', `${LV_STRIPE_BYTES}b`] : [];
  const size = ['--extents', String(extents)];
  return lvm(
    'lvcreate',
    '--yes',
    '--wipesignatures',
    'n',
    '--addtag',
    tag,
    '--name',
    lvName,
    ...striping,
    ...size,
    vgName,
  );
}

/** UUID of what a step makes: on record from before the step begins until it has ended well; see begun.ts. */
export function makes(step: Step): string | undefined {
  switch (step.kind) {
    case 'mkfs':
    case 'md-create':
    case 'pv-create':
    case 'make-raw':
    case 'mark-swap':
      return step.uuid;
    case 'mkswap':
      return step.mappingOf === undefined ? step.uuid : undefined;
    default:
      return undefined;
  }
}

/** UUIDs on record from before a step begins: what it makes, and what it leaves half gone. */
export function begins(step: Step): string[] {
  return step.kind === 'wipe-signatures' ? step.begins : [makes(step) ?? []].flat();
}

/** UUIDs that are off the record once a step has ended well: what it made, and what it has overwritten. */
export function ends(step: Step): string[] {
  return [...[makes(step) ?? []].flat(), ...('replaces' in step ? step.replaces : [])];
}

/** Paths that a step writes to, so that each can be opened exclusively right before; empty for the others. */
export function writesTo(step: Step): string[] {
  switch (step.kind) {
    case 'mkfs':
    case 'pv-create':
    case 'wipe-signatures':
    case 'make-raw':
    case 'mark-swap':
    case 'crypt-open':
    case 'mkswap':
      return [step.device];
    case 'md-create':
      return step.devices;
    case 'vg-create':
      return step.devices;
    default:
      return [];
  }
}
