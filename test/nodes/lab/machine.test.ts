import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../../lab/lab.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { trackedProcesses } from '../../../lab/process/tracked.ts';
import { testLabContext } from '../../builders/lab-context.ts';

const run = promisify(execFile);

interface Disk {
  path: string;
  model: string | null;
  serial: string | null;
  tran: string | null;
}

// One machine goes through all of a machine's life, each test where the one before left it: a boot takes 15 seconds.
describe('a machine of a lab that looks like EC2', () => {
  let lab: Lab;
  let node: LabNode;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(lab.kubectlPath, args, { env: { ...process.env, ...lab.env() } });
    return stdout.trim();
  };
  const nodeUID = (): Promise<string> => kubectl('get', 'node', 'node-1', '-o', 'jsonpath={.metadata.uid}');
  const disks = async (model: string): Promise<readonly Disk[]> => {
    const text = await node.run(['lsblk', '--json', '--nodeps', '--output', 'PATH,MODEL,SERIAL,TRAN']);
    const { blockdevices } = JSON.parse(text) as { blockdevices: Disk[] };
    return blockdevices.filter((disk) => disk.model?.trim() === model);
  };
  const localDisks = (): Promise<readonly Disk[]> => disks('Amazon EC2 NVMe Instance Storage');
  const write = async (disk: Disk | undefined, text: string): Promise<void> => {
    await node.run(['dd', `of=${disk?.path ?? ''}`, 'oflag=sync', 'conv=notrunc'], { stdin: text });
  };
  const begins = async (disk: Disk | undefined, length: number): Promise<string> =>
    await node.run(['head', '--bytes', String(length), disk?.path ?? '']);
  const withSerial = async (serial: string | null | undefined): Promise<Disk | undefined> =>
    (await localDisks()).find((disk) => disk.serial === serial);

  beforeAll(async () => {
    lab = await startLab(testLabContext(), { drives: 2, cloud: 'aws', images: 'none' });
    node = lab.node('node-1');
  });

  afterAll(async () => {
    await lab.stop();
  });

  it('has two instance-store drives and an EBS volume, linked by their serials', async () => {
    const local = await localDisks();
    const [ebs] = await disks('Amazon Elastic Block Store');
    const links = (await node.run(['ls', '/dev/disk/by-id'])).split('\n');

    expect(local.map(({ tran }) => tran)).toEqual(['nvme', 'nvme']);
    for (const { serial } of local)
      expect(links).toContain(`nvme-Amazon_EC2_NVMe_Instance_Storage_${serial ?? ''}`);
    expect(ebs?.serial).toMatch(/^vol0/);
    expect(local.map(({ serial }) => serial).sort()).toEqual(
      (await node.drives()).flatMap(({ role, serial }) => (role === 'local' ? [serial] : [])).sort(),
    );
  });

  it('is a Node with the labels, provider ID and taints of the cloud', async () => {
    const { metadata, spec } = await node.untilReady();

    expect(metadata.labels).toMatchObject({
      'aws.amazon.com/eks-local-ssd': 'true',
      'node.kubernetes.io/instance-type': 'i4i.xlarge',
      'topology.kubernetes.io/zone': 'us-east-1a',
    });
    expect(spec.providerID).toMatch(/^aws:\/\/\/us-east-1a\/i-0/);
    expect(spec.taints ?? []).toEqual([]);
  });

  it('runs pods with a network of their own, whose logs and shell kubectl reaches', async () => {
    const script = 'nc -w 10 10.96.0.1 443 </dev/null && echo the API server answers; exec sleep 3600';
    const image = ['--image=kubectl-nvme.dev/busybox:lab', '--image-pull-policy=Never'];
    await kubectl('run', 'hello', ...image, '--command', '--', 'sh', '-c', script);
    await kubectl('wait', 'pod', 'hello', '--for=condition=Ready', '--timeout=120s');

    await expect.poll(() => kubectl('logs', 'hello'), { timeout: 20_000 }).toBe('the API server answers');
    expect(await kubectl('exec', 'hello', '--', 'hostname')).toBe('hello');
    await kubectl('delete', 'pod', 'hello', '--grace-period=0', '--force');
  });

  it('keeps its drives over a reboot', async () => {
    const [disk] = await localDisks();
    await write(disk, 'written before the reboot');
    const before = await node.bootID();

    await node.reboot();

    expect(await node.bootID()).not.toBe(before);
    expect(await begins(await withSerial(disk?.serial), 25)).toBe('written before the reboot');
  });

  it('keeps what was flushed over a power cut, and is Ready only once the new boot says so', async () => {
    const [disk] = await localDisks();
    await write(disk, 'written before the power cut');
    await node.powerCut();
    expect(await node.isOn()).toBe(false);

    await node.start();
    const { status } = await node.untilReady();

    expect(status.nodeInfo?.bootID).toBe(await node.bootID());
    expect(await begins(await withSerial(disk?.serial), 28)).toBe('written before the power cut');
  });

  it('is another Node when it was deleted and its kubelet registers again', async () => {
    const before = await nodeUID();
    await node.delete({ keepRunning: true });

    await node.run(['systemctl', 'restart', 'kubelet']);
    await node.untilReady();

    expect(await nodeUID()).not.toBe(before);
    expect(await node.isOn()).toBe(true);
  });

  it('comes back from a stop with other, raw local drives and the same EBS volume', async () => {
    const serials = (await localDisks()).map(({ serial }) => serial);
    const [ebs] = await disks('Amazon Elastic Block Store');
    await write(ebs, 'on the volume');
    const digest = await node.driveDigest('d2');

    await node.stopStart();
    await node.untilBooted();

    const after = await localDisks();
    expect(after).toHaveLength(2);
    for (const disk of after) {
      expect(serials).not.toContain(disk.serial);
      await expect(node.run(['cmp', '--bytes', '1048576', disk.path, '/dev/zero'])).resolves.toBe('');
    }
    expect(await node.driveDigest('d2')).toBe(digest);
  });

  it('is gone without a trace when it is deleted', async () => {
    await node.delete();

    await expect(nodeUID()).rejects.toThrow(/nodes "node-1" not found/);
    expect((await trackedProcesses(lab.dir)).map(({ name }) => name)).not.toContain('node-node-1');
    expect(existsSync(node.dir)).toBe(false);
    await expect(node.exec(['true'])).rejects.toThrow(/the lab has no node "node-1"/);
  });

  it('loses a drive that is pulled, and gets it back with its bytes, as often as it is pulled', async () => {
    const bare = await lab.addNode('bare', { drives: 1, images: 'none', until: 'Booted' });
    const [drive] = await bare.drives();
    const link = `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${drive?.serial ?? ''}`;
    const linked = async (): Promise<boolean> =>
      (await bare.exec(['sh', '-c', `udevadm settle && test -e ${link}`])).exitCode === 0;
    await bare.run(['dd', `of=${link}`, 'oflag=sync', 'conv=notrunc'], { stdin: 'still here' });

    for (const pull of ['first', 'second', 'third']) {
      await bare.unplug('d0');
      await expect.poll(linked, { timeout: 30_000, message: `gone after the ${pull} pull` }).toBe(false);
      await bare.plug('d0');
      await expect.poll(linked, { timeout: 30_000, message: `back after the ${pull} pull` }).toBe(true);
    }

    expect(await bare.run(['head', '--bytes', '10', link])).toBe('still here');
    expect(await beginOfFile(drive?.hostFile ?? '', 10)).toBe('still here');
  });

  it('is another machine under the same name when it is replaced', async () => {
    const bare = lab.node('bare');
    const before = await bare.machine();

    await bare.replace();
    await bare.untilReady();

    const after = await bare.machine();
    expect(after.machineID).not.toBe(before.machineID);
    expect(after.drives.map(({ serial }) => serial)).not.toEqual(before.drives.map(({ serial }) => serial));
    expect((await bare.run(['cat', '/etc/machine-id'])).trim()).toBe(after.machineID);
  });
});

async function beginOfFile(path: string, length: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString();
  } finally {
    await file.close();
  }
}
