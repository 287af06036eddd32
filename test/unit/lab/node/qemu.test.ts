import { describe, expect, it } from 'vitest';
import { driveDevice, qemuArguments } from '../../../../lab/node/qemu.ts';
import { labMachine } from '../../../builders/lab-machine.ts';

function argumentsOf(
  overrides: Parameters<typeof labMachine>[0] = {},
  accelerator: 'kvm' | 'tcg' = 'tcg',
): readonly string[] {
  return qemuArguments(labMachine(overrides), accelerator);
}

describe('the command line of a machine', () => {
  it('listens on the loopback of the host only', () => {
    const text = argumentsOf({ forwards: [{ guest: 8443, host: 22000 }] }).join(' ');
    const forwards = [...text.matchAll(/hostfwd=tcp:([^:]*):(\d+)-10\.0\.2\.15:(\d+)/g)].map((match) =>
      match.slice(1),
    );

    expect(forwards).toEqual([
      ['127.0.0.1', '21000', '21000'],
      ['127.0.0.1', '21001', '7022'],
      ['127.0.0.1', '22000', '8443'],
    ]);
  });

  it('gives every drive a slot of its own, from which it can be pulled', () => {
    const text = argumentsOf().join(' ');
    const { drives } = labMachine();

    for (const drive of drives) {
      const { bus = '', id = '' } = driveDevice(drive);
      expect(text).toContain(`pcie-root-port,id=${bus},`);
      expect(text).toContain(`nvme,id=${id},drive=${drive.id},serial=${drive.serial},bus=${bus}`);
    }
  });

  it('finds the root disk by its partition, never by a name that depends on the order of controllers', () => {
    const [append = ''] = argumentsOf().slice(argumentsOf().indexOf('-append') + 1);

    expect(append).toContain('root=PARTUUID=6e766d65-01');
    expect(append).not.toMatch(/root=\/dev/);
  });

  it('keeps what a guest flushed over a power cut', () => {
    expect(argumentsOf().join(' ')).not.toMatch(/cache=unsafe/);
    expect(argumentsOf({ cloud: 'aws' }).join(' ')).not.toMatch(/cache=unsafe/);
  });

  it('has one disk with the files behind a cloud’s drives, and no NVMe controller but the root’s', () => {
    const drives = labMachine({ cloud: 'aws' }).drives;
    const text = argumentsOf({ cloud: 'aws', drives }).join(' ');

    expect(text).toContain('virtio-blk-pci,drive=backing');
    expect(text.match(/nvme,/g)).toHaveLength(1);
  });

  it('uses the processor of the host with KVM, and a plain one without', () => {
    expect(argumentsOf({}, 'kvm').join(' ')).toContain('-accel kvm -cpu host');
    expect(argumentsOf({}, 'tcg').join(' ')).toContain('-accel tcg,thread=multi');
  });
});
