import type { Host } from '../host/host.ts';
import { commandOf } from '../plan/command.ts';
import type { LoadDriverStep } from '../plan/spdk-step.ts';

const UNSAFE = '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode';
const TIMEOUT_MS = 60_000;

/** Loads the kernel's module of a user-space driver. */
export async function loadDriver(host: Host, step: LoadDriverStep): Promise<void> {
  await host.run(commandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
  if (!step.noIommu) return;
  if (!(await host.exists(UNSAFE))) {
    throw new Error(
      'This machine has no IOMMU, and its kernel has no vfio without one (CONFIG_VFIO_NOIOMMU)',
    );
  }
  await host.writeAttribute(UNSAFE, 'Y');
}
