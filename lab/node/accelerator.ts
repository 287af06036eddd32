import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabContext } from '../context.ts';
import { readJson, writeJson } from '../json-file.ts';
import type { Accelerator } from './qemu.ts';

/** Many times what a kernel needs to its first panic on a processor of its own, and little against a translated boot. */
const PROBE_TIMEOUT_MS = 8_000;

/**
 * KVM where it really works, else TCG. A `/dev/kvm` that opens proves little: on some hosts the guest's first
 * modern instruction is an "internal error". So a kernel without a root disk is booted and has to get as
 * far as missing it. Asked once for each boot of the host.
 */
export async function accelerator(ctx: LabContext, vmlinuz: string): Promise<Accelerator> {
  if (!(await canOpenKvm())) return 'tcg';
  const bootID = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const answers = join(ctx.cacheDir, 'kvm.json');
  const known = await readJson<{ bootID: string; accelerator: Accelerator }>(answers);
  if (known?.bootID === bootID) return known.accelerator;
  const found = (await kvmBoots(ctx, vmlinuz)) ? 'kvm' : 'tcg';
  ctx.progress(
    found === 'kvm' ? 'nodes run on KVM' : '/dev/kvm does not run a kernel here: nodes run on TCG',
  );
  await writeJson(answers, { bootID, accelerator: found });
  return found;
}

async function canOpenKvm(): Promise<boolean> {
  return await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function kvmBoots(ctx: LabContext, vmlinuz: string): Promise<boolean> {
  const qemu = [
    ...[
      'qemu-system-x86_64',
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-no-reboot',
      '-serial',
      'stdio',
    ],
    ...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-smp', '1', '-m', '512'],
    ...['-kernel', vmlinuz, '-append', 'console=ttyS0 panic=-1 mitigations=off'],
  ];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...qemu], {
    env: { PATH: ctx.env.PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS);
  let console = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (console += text));
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(limit);
  }
  return console.includes('Unable to mount root fs');
}
