// The background process of one lab: see keeper.ts. Arguments: the lab's state folder, and whether a process owns it.
import { readLabRecord, removeLab } from './lab-record.ts';

const [dir, mode] = process.argv.slice(2);
if (dir === undefined) throw new Error('usage: keeper.main.ts LAB-FOLDER --owned|--detached');
const record = await readLabRecord(dir);
if (record === undefined) throw new Error(`${dir} holds no lab`);

if (mode === '--owned') {
  process.stdin.resume();
  process.stdin.once('close', () => {
    void removeLab(dir).finally(() => process.exit(0));
  });
} else {
  setInterval(() => undefined, 1 << 30);
}
