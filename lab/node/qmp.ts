import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { LabError } from '../errors.ts';

const QMP_TIMEOUT_MS = 10_000;

/**
 * Sends one command to QEMU's monitor and gives what it returns. The socket is reached through its folder's
 * descriptor, as a socket's path has 108 bytes at most and a state folder may lie deep.
 */
export async function qmp(machineDir: string, command: string, args: object = {}): Promise<unknown> {
  const folder = await open(machineDir);
  const socket = connect(`/proc/self/fd/${folder.fd}/qmp.sock`);
  const limit = setTimeout(() => {
    socket.destroy(
      new LabError('TimedOut', `QEMU did not answer ${command} within ${QMP_TIMEOUT_MS / 1000} s`),
    );
  }, QMP_TIMEOUT_MS);
  try {
    return await converse(socket, command, args);
  } finally {
    clearTimeout(limit);
    socket.destroy();
    await folder.close();
  }
}

interface Reply {
  QMP?: object;
  return?: unknown;
  error?: { class: string; desc: string };
}

async function converse(socket: Socket, command: string, args: object): Promise<unknown> {
  const failed = new Promise<never>((_, reject) => socket.once('error', reject));
  // Whoever loses the race must not be an unhandled rejection.
  failed.catch(() => undefined);
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const reply = async (): Promise<Reply> => {
    for (;;) {
      const { done, value } = await Promise.race([lines.next(), failed]);
      if (done === true)
        throw new LabError('Exited', `QEMU closed its monitor before it answered ${command}`);
      const message = JSON.parse(value) as Reply;
      if (message.QMP ?? message.error ?? 'return' in message) return message;
    }
  };
  await reply();
  socket.write(`${JSON.stringify({ execute: 'qmp_capabilities' })}\n`);
  await reply();
  socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
  const answer = await reply();
  if (answer.error) throw new LabError('Invalid', `QEMU refused ${command}: ${answer.error.desc}`);
  return answer.return;
}
