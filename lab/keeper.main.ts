// The background process of one lab: see keeper.ts. Arguments: the lab's state folder, and whether a process owns it.
import { adminApi } from './cluster/admin-api.ts';
import { runCloudController } from './cluster/cloud-controller.ts';
import { readLabRecord, removeLab } from './lab-record.ts';
import { readMachine } from './node/machine.ts';

const [dir, mode] = process.argv.slice(2);
if (dir === undefined) throw new Error('usage: keeper.main.ts LAB-FOLDER --owned|--detached');
const record = await readLabRecord(dir);
if (record === undefined) throw new Error(`${dir} holds no lab`);

if (mode === '--owned') {
  process.stdin.resume();
  process.stdin.once('close', () => {
    void removeLab(dir).finally(() => process.exit(0));
  });
}
await runCloudController({
  api: await adminApi(dir, record.ports.apiServer),
  machineOf: (name) => readMachine(dir, name),
  log: (line) => process.stderr.write(`${new Date().toISOString()} ${line}\n`),
  signal: new AbortController().signal,
});
