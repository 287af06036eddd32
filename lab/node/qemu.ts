import type { LabDrive } from './drives.ts';
import { GUEST_EXEC_PORT, type Machine } from './machine.ts';

/** How the guest's code is run: by the host's own processor, or translated by QEMU. */
export type Accelerator = 'kvm' | 'tcg';

// The option ROM would only be asked by a firmware that boots from the network.
const NETWORK_DEVICE = 'virtio-net-pci,netdev=net0,romfile=';

// Without the controllers that no driver here needs, whose probing costs a translated machine seconds.
const MACHINE = 'q35,sata=off,smbus=off,vmport=off,i8042=off';

function processor(accelerator: Accelerator): readonly string[] {
  if (accelerator === 'kvm') return ['-accel', 'kvm', '-cpu', 'host'];
  // AVX is translated badly, and programs that find it use it for every copy: without it a boot takes a quarter less work.
  return ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'Westmere,+rdrand'];
}

/** The arguments of QEMU; file names are those of the machine's folder, which is its working directory. */
export function qemuArguments(machine: Machine, accelerator: Accelerator): readonly string[] {
  return [
    ...['-name', machine.name, '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-machine', MACHINE, ...processor(accelerator)],
    ...['-smp', String(machine.cpus), '-m', String(machine.memoryMiB)],
    ...['-kernel', machine.boot.vmlinuz, '-append', kernelCommandLine(machine)],
    ...['-chardev', 'file,id=console,path=console.log,append=on', '-serial', 'chardev:console'],
    ...['-qmp', 'unix:qmp.sock,server=on,wait=off'],
    ...['-fw_cfg', 'name=opt/kubectl-nvme/config,file=config.tar'],
    ...['-netdev', network(machine), '-device', NETWORK_DEVICE],
    // Flushes reach the host's file, so that a power cut finds the root file system as the guest left it.
    ...['-drive', 'file=root.qcow2,if=none,id=root,format=qcow2,cache=writeback,discard=unmap'],
    ...['-device', `nvme,drive=root,serial=ROOT${machine.machineID.slice(0, 8).toUpperCase()}`],
    ...driveArguments(machine.drives),
  ];
}

/** The file behind a drive that is a controller of QEMU's own. */
export function driveFile(drive: LabDrive): string {
  return `${drive.id}.raw`;
}

/** The disk with the files behind imitated drives. */
export const BACKING_FILE = 'backing.raw';

function driveArguments(drives: readonly LabDrive[]): readonly string[] {
  if (drives.some((drive) => drive.imitation !== undefined)) {
    const backing = `file=${BACKING_FILE},if=none,id=backing,format=raw,cache=writeback,discard=unmap`;
    return ['-drive', backing, '-device', 'virtio-blk-pci,drive=backing,serial=lab-drives'];
  }
  return drives.flatMap((drive, index) => [
    ...['-device', `pcie-root-port,id=port-${drive.id},chassis=${index + 1},slot=${index + 1}`],
    ...['-drive', `file=${driveFile(drive)},if=none,id=${drive.id},format=raw,cache=writeback,discard=unmap`],
    ...[
      '-device',
      Object.entries(driveDevice(drive))
        .map(([key, value]) => (key === 'driver' ? value : `${key}=${value}`))
        .join(','),
    ],
  ]);
}

/** The device of one drive on a slot of its own, from which it can be pulled; also what QMP plugs it in again with. */
export function driveDevice(drive: LabDrive): Readonly<Record<string, string>> {
  return {
    driver: 'nvme',
    id: `nvme-${drive.id}`,
    drive: drive.id,
    serial: drive.serial,
    bus: `port-${drive.id}`,
  };
}

function network({ kubeletPort, execPort, forwards }: Machine): string {
  const ports = [
    { guest: kubeletPort, host: kubeletPort },
    { guest: GUEST_EXEC_PORT, host: execPort },
    ...forwards,
  ];
  return [
    'user',
    'id=net0',
    ...ports.map(({ guest, host }) => `hostfwd=tcp:127.0.0.1:${host}-10.0.2.15:${guest}`),
  ].join(',');
}

/** Switches off what costs a translated machine seconds and serves nobody here; figures in docs/lab.md. */
const unneeded = [
  'mitigations=off',
  'audit=0',
  'lsm=landlock',
  // Pages and kernel objects would be filled with zeros when they are given out, on top of those that need to be.
  'init_on_alloc=0',
  // A translated `rep movs` is one jump for each 8 bytes, and the kernel prefers it on this processor: feature 3*32+16, rep_good.
  'clearcpuid=112',
  // QEMU's translation cache knows no large pages: each flush of one entry flushes all.
  'transparent_hugepage=never',
  'cryptomgr.notests',
  // QEMU's clock is the host's: nothing to compare it with.
  'tsc=reliable',
  'no_timer_check',
  'systemd.condition-needs-update=0',
  'systemd.firstboot=off',
];

function kernelCommandLine(machine: Machine): string {
  return [
    ...['console=ttyS0', `root=PARTUUID=${machine.boot.rootPartUUID}`, 'rw', 'quiet', 'panic=-1'],
    ...unneeded,
    // A drive is nvme1n1 of controller nvme1, as on machines whose controllers have one path.
    ...['net.ifnames=0', 'nvme_core.multipath=N', 'random.trust_cpu=on'],
    ...[`systemd.machine_id=${machine.machineID}`, `systemd.hostname=${machine.name}`],
  ].join(' ');
}
