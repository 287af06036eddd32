import type { HostInit } from './host-init.ts';
import { HostMountsUnknownError } from './mountinfo.ts';

/** Programs whose effect or answer is of the host’s mount namespace: udevadm’s daemon is in /run/udev, the modules in /lib. */
const IN_HOST_NAMESPACE: ReadonlySet<string> = new Set([
  'mount',
  'umount',
  'mkdir',
  'udevadm',
  'modprobe',
  'swapon',
]);

/** Programs of the host's own, which talk to its init or its API: there is none of them in a container. */
const OF_THE_HOST: ReadonlySet<string> = new Set(['systemctl', 'kill', 'apiclient']);

/** Paths that an agent in a container shares with the host as they are. */
const SHARED = /^\/(dev|sys|proc)(\/|$)/;

/**
 * The command as it must be run so that the host sees its mounts: as it is on the host; entered into the mount
 * namespace of the host's process 1 where we share its PIDs; else on paths below the root mount, from which
 * Bidirectional propagation carries them to the host. Throws HostMountsUnknownError when there is no telling.
 */
export function inHostNamespace(command: readonly string[], rootMount: string, init: HostInit): string[] {
  const [program = '', ...args] = command;
  if (rootMount === '/' || !needsHostNamespace(command)) return [...command];
  if (!init.found) throw new HostMountsUnknownError(init.reason);
  if (init.sharesPids) return ['nsenter', '--target', '1', '--mount', '--', ...command];
  if (OF_THE_HOST.has(program)) return ['chroot', rootMount, ...command];
  return [program, ...args.map((arg) => below(rootMount, arg))];
}

/** Whether the command depends on the host's mount namespace at all. */
export const needsHostNamespace = ([program = '']: readonly string[]): boolean =>
  IN_HOST_NAMESPACE.has(program) || OF_THE_HOST.has(program);

const below = (rootMount: string, arg: string): string =>
  arg.startsWith('/') && !SHARED.test(arg) ? `${rootMount}${arg}` : arg;
