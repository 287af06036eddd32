const VARINT = 0;
const LENGTH = 2;

/**
 * Walks over the fields of a protobuf message; what nobody asks for is skipped without a copy: a node's list of images is
 * most of its bytes. Kubernetes' types use numbers and pieces of bytes only. No generator: they double the time.
 * The encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class Fields {
  readonly #message: Buffer;
  #at = 0;
  #from = 0;
  /** Of the field that the walk stands at, as are all others. */
  number = 0;
  /** Of a field that is a number. */
  value = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  /** Goes on to the next field; false behind the last. Throws a RangeError when the message ends inside a field. */
  next(): boolean {
    if (this.#at >= this.#message.length) return false;
    const tag = this.#varint();
    const kind = tag % 8;
    this.number = (tag - kind) / 8;
    this.value = this.#varint();
    this.#from = this.#at;
    if (kind === LENGTH) this.#at += this.value;
    if ((kind !== LENGTH && kind !== VARINT) || this.#at > this.#message.length) {
      throw new RangeError(`Expected a whole protobuf field, got wire type ${kind} at byte ${this.#from}`);
    }
    return true;
  }

  /** Of a field that is a message. */
  get bytes(): Buffer {
    return this.#message.subarray(this.#from, this.#at);
  }

  /** Of a field that is a text. */
  get text(): string {
    return this.#message.toString('utf8', this.#from, this.#at);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#message[this.#at];
      if (byte === undefined) throw new RangeError('Expected more of a protobuf message, got its end');
      this.#at += 1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

/** The texts among a message's fields, by the names that belong to their numbers; empty ones are left out, as JSON does. */
export function texts<K extends string>(
  message: Buffer,
  names: Readonly<Record<number, K>>,
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  const fields = new Fields(message);
  while (fields.next()) {
    const name = names[fields.number];
    if (name !== undefined && fields.value > 0) found[name] = fields.text;
  }
  return found;
}

/** Adds one entry of a map<string, …>, which is a message of its own: field 1 is the key, field 2 the value. */
export function addEntry<T>(map: Record<string, T>, message: Buffer, read: (value: Fields) => T): void {
  const fields = new Fields(message);
  let key = '';
  while (fields.next()) {
    if (fields.number === 1) key = fields.text;
    if (fields.number === 2) map[key] = read(fields);
  }
}

/** A metav1.Time as JSON has it: whole seconds, RFC 3339. */
export function timeOf(message: Buffer): string {
  const fields = new Fields(message);
  let seconds = 0;
  while (fields.next()) if (fields.number === 1) seconds = fields.value;
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
