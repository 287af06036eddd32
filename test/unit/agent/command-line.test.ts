import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentCommand, type AgentOperation } from '../../../agent/command-line.ts';

/** What a command line asks for; throws CommanderError for one that is refused. */
function parse(...args: string[]): AgentOperation | undefined {
  let operation: AgentOperation | undefined;
  const program = agentCommand({ version: '1', env: process.env }, (chosen) => (operation = chosen));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  program.parse(['node', 'nvme-agent', ...args]);
  return operation;
}

describe('nvme-agent’s command line', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('takes the flags of Materialize’s tool, with its defaults', () => {
    expect(parse('lvm', '--cloud-provider', 'gcp', '--node-name', 'n1', '--remove-taint')).toMatchObject({
      kind: 'set-up',
      options: {
        cloudProvider: 'gcp',
        nodeName: 'n1',
        taintKeys: ['disk-unconfigured', 'startup-taint.cluster-autoscaler.kubernetes.io/disk-unconfigured'],
        removeTaint: true,
        requireDrives: false,
        layout: { type: 'LVM', lvm: { vgName: 'instance-store-vg', slices: 0 } },
      },
    });
  });

  it('takes each flag as an environment variable of the same name', () => {
    vi.stubEnv('CLOUD_PROVIDER', 'aws');
    vi.stubEnv('NODE_NAME', 'n2');
    vi.stubEnv('TAINT_KEY', 'x/y');
    vi.stubEnv('REMOVE_TAINT', 'true');
    vi.stubEnv('VG_NAME', 'data');
    expect(parse('lvm')).toMatchObject({
      options: {
        cloudProvider: 'aws',
        nodeName: 'n2',
        taintKeys: ['x/y'],
        removeTaint: true,
        layout: { lvm: { vgName: 'data' } },
      },
    });
  });

  it.each(['false', '0', 'no', 'off', ''])('reads REMOVE_TAINT=%s as off', (text) => {
    vi.stubEnv('REMOVE_TAINT', text);
    expect(parse('raid')).toMatchObject({ options: { removeTaint: false } });
    expect(parse('raid', '--remove-taint')).toMatchObject({ options: { removeTaint: true } });
  });

  it('takes hugepages and an allow-list of PCI addresses for SPDK', () => {
    const flags = ['--hugepages-per-numa-node', '64', '--pci-allowed', '0000:00:1e.0, 0000:00:1f.0'];
    expect(parse('spdk', ...flags)).toMatchObject({
      kind: 'set-up',
      options: {
        include: ['0000:00:1e.0', '0000:00:1f.0'],
        layout: { type: 'SPDK', spdk: { driver: 'auto', hugepages: { size: '2Mi', perNUMANode: 64 } } },
      },
    });
  });

  it('takes patterns of drives, also as environment variables', () => {
    const asked = parse(
      'lvm',
      '--include-drives',
      'google-local-ssd-*, nvme?n1',
      '--exclude-drives',
      'My Model',
    );
    const selection = { include: ['google-local-ssd-*', 'nvme?n1'], exclude: ['My Model'] };
    expect(asked).toMatchObject({ options: selection });
    vi.stubEnv('INCLUDE_DRIVES', 'nvme1n1');
    expect(parse('plan', 'raid', '--snapshot', 'f', '--raid-level', '10')).toMatchObject({
      options: { layout: 'raid', include: ['nvme1n1'], raidLevel: 10, fsType: 'ext4' },
    });
    expect(() => parse('spdk', '--pci-allowed', '0000:00:1e.0')).toThrow(CommanderError);
  });

  it('takes the swap flags of Materialize’s tool, with its defaults', () => {
    const args = ['swap', '--cloud-provider', 'gcp', '--hack-restart-kubelet-enable-swap', '--apply-sysctls'];
    expect(parse(...args)).toMatchObject({
      options: {
        layout: {
          type: 'Swap',
          swap: {
            encrypt: false,
            configureKubelet: true,
            sysctls: {
              'vm.swappiness': '100',
              'vm.min_free_kbytes': '1048576',
              'vm.watermark_scale_factor': '100',
            },
          },
        },
      },
    });
    expect(parse('swap')).toMatchObject({ options: { layout: { swap: { sysctls: {} } } } });
  });

  it('takes the swap flags as environment variables, and those that are off as off', () => {
    vi.stubEnv('APPLY_SYSCTLS', 'true');
    vi.stubEnv('VM_SWAPPINESS', '40');
    vi.stubEnv('BOTTLEROCKET_ENABLE_SWAP', 'false');
    vi.stubEnv('HACK_RESTART_KUBELET_ENABLE_SWAP', 'false');
    const swap = { configureKubelet: false, sysctls: { 'vm.swappiness': '40' } };
    expect(parse('swap', '--no-configure-kubelet')).toMatchObject({ options: { layout: { swap } } });
  });

  it('takes a kubelet that is named to be configured for one that may be', () => {
    expect(parse('swap', '--no-configure-kubelet', '--bottlerocket-enable-swap')).toMatchObject({
      options: { layout: { swap: { configureKubelet: true } } },
    });
  });

  it('refuses a sysctl that is no number', () => {
    expect(() => parse('swap', '--vm-swappiness', 'much')).toThrow(CommanderError);
  });

  it('refuses to run without a node name', () => {
    vi.stubEnv('NODE_NAME', undefined);
    expect(() => parse('run')).toThrow(CommanderError);
    expect(parse('run', '--node-name', 'n1')).toEqual({ kind: 'run', nodeName: 'n1', healthPort: 9810 });
  });

  it.each([
    ['a provider that is none', ['raid', '--cloud-provider', 'ibm']],
    ['a port that is none', ['run', '--node-name', 'n1', '--health-port', '70000']],
    ['a PCI address that is none', ['spdk', '--pci-allowed', 'nvme1n1']],
    ['a number of hugepages that is none', ['spdk', '--hugepages-per-numa-node', '1G']],
    ['patterns that are none', ['raid', '--include-drives', ' , ']],
    ['a level that is not offered', ['raid', '--raid-level', '5']],
  ])('refuses %s', (_, args) => {
    expect(() => parse(...args)).toThrow(CommanderError);
  });
});
