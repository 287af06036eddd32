import type { DeviceUsers, Host } from '../host/host.ts';
import { writesTo } from '../plan/command.ts';
import type { Step } from '../plan/step.ts';
import { RefusedError } from './refused-error.ts';

/** Refuses a step, by throwing RefusedError. */
export type Refusing = (step: Step) => void;

/**
 * Looks once, for all steps, who could write to a drive that they are going to write to. A virtual machine that was given a
 * raw drive, or a database that has just opened one, has written nothing yet: the drive is blank, and the kernel calls it
 * free. What the steps make themselves is not there yet. Rejects when there is no telling.
 */
export async function refuseDrivesOfOthers(host: Host, steps: readonly Step[]): Promise<Refusing> {
  const named = [...new Set(steps.flatMap(writesTo))];
  const there = await Promise.all(named.map((device) => host.exists(device)));
  const devices = named.filter((_, index) => there[index]);
  const users = devices.length === 0 ? [] : await writersOf(host, devices);
  return (step) => {
    const taken = users.find(({ path }) => writesTo(step).includes(path));
    if (taken) throw new RefusedError(taken.path, `it is open for writing in ${taken.users.join(', ')}`);
  };
}

async function writersOf(host: Host, devices: readonly string[]): Promise<DeviceUsers[]> {
  try {
    return await host.writersOf(devices);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Who has ${devices.join(', ')} open cannot be told: ${why}; run the agent privileged, with hostPID: true`,
      { cause },
    );
  }
}
