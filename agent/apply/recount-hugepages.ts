import { orAbsent } from '../discover/reads.ts';
import type { Host } from '../host/host.ts';
import type { RecountStep } from '../plan/spdk-step.ts';
import type { SpdkRegister } from './spdk-register.ts';

const TIMEOUT_MS = 120_000;

/** Programs that a kubelet is, or is part of: Kubernetes' own, k3s, k0s, RKE2 and MicroK8s. */
const KUBELETS: ReadonlySet<string> = new Set(['kubelet', 'k3s-agent', 'k3s-server', 'kubelite']);

/** Restarts the kubelet's systemd unit. Noted afterwards: one restart too many does less harm than none. */
export async function recountHugepages(
  host: Host,
  { bytes, bootID }: RecountStep,
  register: SpdkRegister,
): Promise<void> {
  const unit = await kubeletUnit(host);
  if (unit === undefined) {
    throw new Error(
      'No kubelet was found that systemd runs: restart it by hand, so that it counts the hugepages',
    );
  }
  await host.run(['systemctl', 'restart', unit], { writes: true, timeoutMs: TIMEOUT_MS });
  await register.putRestart({ bootID, bytes });
}

/** The unit whose control group the kubelet is in; the last part of its path that is a service. */
async function kubeletUnit(host: Host): Promise<string | undefined> {
  const pids = (await host.readDirectory('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const name = await textOf(host, `/proc/${pid}/comm`);
    if (!KUBELETS.has(name.trim())) continue;
    const unit = /([^/\n]+\.service)(?:\/|\n|$)/.exec(await textOf(host, `/proc/${pid}/cgroup`))?.[1];
    if (unit !== undefined) return unit;
  }
  return undefined;
}

/** Processes end while we look: the kernel then says ESRCH. */
async function textOf(host: Host, path: string): Promise<string> {
  try {
    return await orAbsent(host.readFile(path), '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return '';
    throw error;
  }
}
