import assert from 'node:assert/strict';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';

const BLOCK = 4096;
const MIB = 2 ** 20;
const BLOB_MIB = 4;
/** In MiB, where a raw volume has its blob: after any number of records. */
const RAW_BLOB_AT = 64;

/** Writes one record after the other, each on the drive before its number is printed. */
const RECORDS = `
for i in $(seq 0 99999); do
  printf '%s %08d\\n' "$2" "$i" | dd of="$1" bs=${BLOCK} seek="$i" conv=notrunc,fsync,sync status=none || exit 1
  echo "$i"
  sleep 0.1
done`;

/**
 * What the user of a volume was told is on the drive: a blob with its checksum, and records that are written one by one for as
 * long as the machine runs. All that was acknowledged must be there at any later time.
 */
export class KeptData {
  readonly #node: LabNode;
  readonly #records: string;
  readonly #blob: readonly [path: string, atMiB: number];
  readonly #token: string;
  #digest = '';
  #acknowledged = 0;
  #writing: { end: AbortController; ended: Promise<unknown> } | undefined;

  constructor(node: LabNode, volume: PersistentVolume, token: string) {
    const path = volume.spec?.local?.path ?? '';
    const isRaw = volume.spec?.volumeMode === 'Block';
    this.#node = node;
    this.#token = token;
    this.#records = isRaw ? path : `${path}/records`;
    this.#blob = isRaw ? [path, RAW_BLOB_AT] : [`${path}/blob`, 0];
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Writes the blob and begins with the records. */
  async begin(): Promise<void> {
    const [path, at] = this.#blob;
    const write = `dd if=/dev/urandom of="$1" bs=${MIB} seek=${at} count=${BLOB_MIB} conv=notrunc,fsync status=none`;
    await this.#node.run(['sh', '-c', write, 'write', path]);
    this.#digest = await this.#readDigest();
    const end = new AbortController();
    let rest = '';
    const onOutput = (_: string, chunk: Buffer): void => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      this.#acknowledged += lines.filter((line) => /^\d+$/.test(line)).length;
    };
    const script = ['bash', '-c', RECORDS, 'records', this.#records, this.#token];
    // It ends with the machine's power, or by us.
    const ended = this.#node
      .exec(script, { onOutput, signal: end.signal, timeoutMs: 900_000 })
      .catch(() => undefined);
    this.#writing = { end, ended };
  }

  /** Ends the writing; what was acknowledged until then must stay. */
  async stop(): Promise<void> {
    this.#writing?.end.abort();
    await this.#writing?.ended;
    this.#writing = undefined;
  }

  /** Rejects with an AssertionError unless all that was acknowledged is there. */
  async check(): Promise<void> {
    const count = this.#acknowledged;
    assert.equal(await this.#readDigest(), this.#digest, `checksum of the fsynced blob in ${this.#blob[0]}`);
    if (count === 0) return;
    const read = `dd if="$1" bs=${BLOCK} count=${count} status=none | tr -d '\\000'`;
    const text = await this.#node.run(['sh', '-c', read, 'read', this.#records]);
    const wanted = Array.from({ length: count }, (_, i) => `${this.#token} ${String(i).padStart(8, '0')}\n`);
    assert.equal(text, wanted.join(''), `the ${count} fsynced records in ${this.#records}`);
  }

  async #readDigest(): Promise<string> {
    const [path, at] = this.#blob;
    // Past the page cache: what is on the drive counts.
    const read = `dd if="$1" bs=${MIB} skip=${at} count=${BLOB_MIB} iflag=direct status=none | sha256sum`;
    return (await this.#node.run(['sh', '-c', read, 'read', path])).slice(0, 64);
  }
}
