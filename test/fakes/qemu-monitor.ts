import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A command that the monitor got. */
export interface MonitorCommand {
  execute: string;
  arguments?: Record<string, string>;
}

/** QEMU's monitor as far as the lab talks to it; what it answers is the caller's to say. */
export interface QemuMonitor {
  readonly commands: readonly MonitorCommand[];
  close(): Promise<void>;
}

/** Listens on `DIR/qmp.sock`. `answer` gives what a command returns, or throws what QEMU refuses it with. */
export async function startQemuMonitor(
  dir: string,
  answer: (command: MonitorCommand) => unknown,
): Promise<QemuMonitor> {
  const commands: MonitorCommand[] = [];
  const server = createServer((socket) => {
    write(socket, { QMP: { version: {}, capabilities: [] } });
    createInterface(socket).on('line', (line) => {
      const command = JSON.parse(line) as MonitorCommand;
      if (command.execute === 'qmp_capabilities') {
        write(socket, { return: {} });
        return;
      }
      commands.push(command);
      // Events come between a command and its answer, as they do in QEMU.
      write(socket, { event: 'RTC_CHANGE', timestamp: {} });
      write(socket, reply(command, answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 'qmp.sock'), resolve));
  return { commands, close: () => closed(server) };
}

function reply(command: MonitorCommand, answer: (command: MonitorCommand) => unknown): object {
  try {
    return { return: answer(command) };
  } catch (error) {
    return { error: { class: 'GenericError', desc: error instanceof Error ? error.message : String(error) } };
  }
}

function write(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\r\n`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
