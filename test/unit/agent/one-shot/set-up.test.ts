import { beforeEach, describe, expect, it } from 'vitest';
import { READY_BOOT_ID } from '../../../../api/keys.ts';
import { layoutWithDefaults, withDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { OneShotError, setUpOnce, type OneShotOptions } from '../../../../agent/one-shot/set-up.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import type { Step } from '../../../../agent/plan/step.ts';
import { events, nodes } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine, type DriveOverrides } from '../../../builders/machine.ts';
import { node } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { rebooted } from '../../../fakes/drive-model.ts';
import { FakeHost } from '../../../fakes/host.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { SnapshotHost } from '../../../fakes/snapshot-host.ts';

const LVM = layoutWithDefaults({ type: 'LVM' });
const defaults: OneShotOptions = {
  cloudProvider: 'aws',
  layout: LVM,
  taintKeys: ['disk-unconfigured', 'never-there'],
  removeTaint: false,
  requireDrives: false,
};

/** A machine that discovery can read and steps can change. */
class OneShotHost extends FakeHost {
  override async run(...[command, options]: Parameters<FakeHost['run']>) {
    const reads = ['lsblk', 'pvs', 'vgs', 'lvs'].includes(command[0] ?? '');
    const direct = /^\/dev\/(nvme\d+n\d+|md\d+)$/.test(command.at(-1) ?? '') && options?.writes !== true;
    if (command[0] === 'lsblk') this.onLook();
    if (reads || direct) return await new SnapshotHost(this.snapshot).run(command);
    return await super.run(command, options);
  }
  /** Told at each look, whose plan is the one that may be carried out. */
  onLook: () => void = () => undefined;
  override readFile = (path: string): Promise<string> => new SnapshotHost(this.snapshot).readFile(path);
  override readDirectory = (path: string) => new SnapshotHost(this.snapshot).readDirectory(path);
  override realPath = (path: string) => new SnapshotHost(this.snapshot).realPath(path);
  override readBlocks = (...args: Parameters<FakeHost['readBlocks']>) =>
    new SnapshotHost(this.snapshot).readBlocks(...args);
}

function hostOf(snapshot: Snapshot, layout = LVM, drives: { exclude?: string[] } = {}): OneShotHost {
  const spec = withDefaults({ provider: 'aws', layout, drives });
  const context = { provider: spec.provider, drives: spec.drives, strict: true, volumes: [] };
  const known: Step[] = [];
  const host = new OneShotHost(snapshot, known);
  host.onLook = () => {
    known.push(...planSetup(takeInventory(host.snapshot, context), { spec, nodeUID: '' }).steps);
  };
  return host;
}
const hostWith = (drives: Record<string, DriveOverrides>): OneShotHost => hostOf(machine({ drives }));

describe('a one-shot set-up', () => {
  let kube: FakeKube;
  let asked: number;

  beforeEach(() => {
    kube = new FakeKube();
    asked = 0;
    const taints = [
      { key: 'disk-unconfigured', effect: 'NoSchedule' },
      { key: 'other', effect: 'NoExecute' },
    ];
    kube.add(nodes, node({ spec: { taints } }));
  });

  const setUp = (host: OneShotHost, options: Partial<OneShotOptions> = {}): Promise<void> => {
    const clock = new SteppedClock();
    const connect = (): Promise<FakeKube> => {
      asked += 1;
      return Promise.resolve(kube);
    };
    const { signal } = new AbortController();
    const logger = createLogger(() => undefined, clock);
    return setUpOnce({ ...defaults, ...options }, { host, clock, logger, kube: connect, signal });
  };
  const writes = (host: FakeHost): string[] =>
    host.programs.filter((line) => line.startsWith('!')).map((line) => line.split(' ')[0]?.slice(1) ?? '');
  const taintKeys = () => kube.peek(nodes, 'n1')?.spec?.taints?.map(({ key }) => key);

  it('makes the volume group, asks no cluster for anything, and does nothing a second time', async () => {
    const host = hostWith({ nvme1n1: {}, nvme2n1: {} });
    await setUp(host);
    expect(writes(host)).toEqual(['pvcreate', 'pvcreate', 'vgcreate']);
    const again = hostOf(host.snapshot);
    await setUp(again);
    expect(writes(again)).toEqual([]);
    expect(asked).toBe(0);
  });

  it('removes just the named taint, after the drives are ready, and notes the boot', async () => {
    const host = hostWith({ nvme1n1: {} });
    host.onWrite = () => {
      expect(taintKeys()).toContain('disk-unconfigured');
    };
    await setUp(host, { removeTaint: true, nodeName: 'n1' });
    expect(taintKeys()).toEqual(['other']);
    const { metadata } = kube.peek(nodes, 'n1') ?? {};
    expect(metadata?.annotations?.[READY_BOOT_ID]).toBe(machine().bootID);
  });

  it('touches nothing when it is to remove a taint from a node that was not named', async () => {
    const host = hostWith({ nvme1n1: {} });
    await expect(setUp(host, { removeTaint: true })).rejects.toThrow(OneShotError);
    expect(writes(host)).toEqual([]);
  });

  it('leaves the taint when no drive may be used, and says which and why', async () => {
    const host = hostWith({ nvme1n1: { blkid: { TYPE: 'xfs', UUID: 'theirs' } } });
    await expect(setUp(host, { removeTaint: true, nodeName: 'n1' })).rejects.toThrow(/nvme1n1: .*xfs/);
    expect(writes(host)).toEqual([]);
    expect(taintKeys()).toContain('disk-unconfigured');
  });

  describe('where the platform owns the drives', () => {
    const member = {
      blkid: {
        TYPE: 'linux_raid_member',
        UUID: 'aabbccdd-aabb-ccdd-aabb-ccddaabbccdd',
        LABEL: 'host:kubernetes',
      },
    };
    const taken = { blkid: { TYPE: 'xfs', UUID: 'gke' } };
    const gke = { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' };

    it('does nothing and removes the taint: they are ready without us', async () => {
      const host = hostWith({ nvme1n1: member, nvme2n1: {} });
      await setUp(host, { removeTaint: true, nodeName: 'n1' });
      expect([writes(host), taintKeys()]).toEqual([[], ['other']]);
    });

    it('fails when drives are required', async () => {
      const required = { requireDrives: true, removeTaint: true, nodeName: 'n1' };
      await expect(setUp(hostWith({ nvme1n1: member }), required)).rejects.toThrow(
        /nodeadm.*--require-drives/,
      );
      expect(taintKeys()).toContain('disk-unconfigured');
    });

    it('hears it from the Node’s label where only that tells', async () => {
      kube.change(nodes, 'n1', ({ metadata }) => metadata && (metadata.labels = gke));
      const host = hostWith({ nvme1n1: taken });
      await setUp(host, { removeTaint: true, nodeName: 'n1' });
      expect([writes(host), taintKeys()]).toEqual([[], ['other']]);
    });
  });

  it('leaves out the drives that it was told to leave out', async () => {
    const exclude = ['nvme1n1'];
    const host = hostOf(machine({ drives: { nvme1n1: {}, nvme2n1: {} } }), LVM, { exclude });
    await setUp(host, { exclude });
    expect(host.snapshot.pvs?.map(({ pv_name }) => pv_name)).toEqual(['/dev/nvme2n1']);
  });

  it('takes a machine without drives for done unless drives are required', async () => {
    await setUp(hostWith({}), { removeTaint: true, nodeName: 'n1' });
    expect(taintKeys()).toEqual(['other']);
    await expect(setUp(hostWith({}), { requireDrives: true })).rejects.toThrow(/--require-drives/);
  });

  it('goes on until an array that has to be assembled first is mounted', async () => {
    const layout = layoutWithDefaults({ type: 'RAID' });
    const born = hostOf(machine({ drives: { nvme1n1: {}, nvme2n1: {} } }), layout);
    await setUp(born, { layout });
    const host = hostOf(rebooted(born.snapshot, { assembled: false }), layout);
    await setUp(host, { layout });
    expect(writes(host)).toEqual(['mdadm', 'mount', 'mkdir']);
  });

  describe('when others never stop changing the node', () => {
    const stuck = (): Promise<void> => {
      const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
      const meddle = (): unknown =>
        kube.change(nodes, 'n1', ({ spec }) =>
          spec?.taints?.push({ key: others.pop() ?? '', effect: 'NoSchedule' }),
        );
      kube.before('patch', 'nodes', meddle, 10);
      return setUp(hostWith({}), { removeTaint: true, nodeName: 'n1' });
    };

    it('fails, and says why in an Event on the node', async () => {
      await expect(stuck()).rejects.toThrow('Could not change node "n1" in 10 attempts');
      const [event] = (await kube.list(events)).items;
      expect(event).toMatchObject({ reason: 'NVMeTaintStuck', involvedObject: { kind: 'Node', name: 'n1' } });
    });

    it('fails with the same words where its account may write no Event', async () => {
      kube.create = () => Promise.reject(new Error('events is forbidden'));
      await expect(stuck()).rejects.toThrow('Could not change node "n1" in 10 attempts');
    });
  });

  it('leaves the taint when a step fails', async () => {
    const host = hostWith({ nvme1n1: {} });
    host.failures.set('vgcreate', new Error('no space'));
    await expect(setUp(host, { removeTaint: true, nodeName: 'n1' })).rejects.toThrow('no space');
    expect(taintKeys()).toContain('disk-unconfigured');
  });
});
