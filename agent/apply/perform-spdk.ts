import type { SpdkStep } from '../plan/spdk-step.ts';
import { giveBack } from './give-back.ts';
import { handOver } from './hand-over.ts';
import { setHugepages } from './hugepages.ts';
import { recountHugepages } from './recount-hugepages.ts';
import { loadDriver } from './load-driver.ts';
import type { StepContext } from './step-context.ts';

/** Does one step of the SPDK layout, or of the way back; each looks itself at what is done already. */
export async function performSpdk(step: SpdkStep, context: StepContext): Promise<void> {
  const { host } = context;
  switch (step.kind) {
    case 'hugepages':
      return setHugepages(host, step, await context.spdk());
    case 'recount-hugepages':
      return recountHugepages(host, step, await context.spdk());
    case 'load-driver':
      return loadDriver(host, step);
    case 'pci-bind':
      return handOver(host, step, await context.spdk());
    case 'pci-release':
      return giveBack(context, step, await context.spdk());
    case 'forget-handover':
      return (await context.spdk()).forget(step.address);
  }
}
