import { zstdCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackedKernel } from '../../../../lab/assets/kernel-image.ts';

/** A note as the linker lays it out: lengths, type, and name and content each filled up to four bytes. */
function note(name: string, type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length + 1, 0);
  head.writeUInt32LE(content.length, 4);
  head.writeUInt32LE(type, 8);
  const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  return Buffer.concat([head, filled(Buffer.from(`${name}\0`)), filled(content)]);
}

/** An ELF file with one program header, of notes. */
function elf(notes: Buffer): Buffer {
  const head = Buffer.alloc(64 + 56);
  head.write('\u007fELF\u0002', 'latin1');
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(4, 64);
  head.writeBigUInt64LE(BigInt(head.length), 64 + 8);
  head.writeBigUInt64LE(BigInt(notes.length), 64 + 32);
  return Buffer.concat([head, notes, Buffer.from('the code')]);
}

/** A bzImage of two setup sectors with a payload 100 bytes behind them. */
function bzImage(payload: Buffer): Buffer {
  const setup = Buffer.alloc(3 * 512 + 100);
  setup.writeUInt8(2, 0x1f1);
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(0x20f, 0x206);
  setup.writeUInt32LE(100, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, payload, Buffer.from('what follows the payload')]);
}

const sized = (packed: Buffer): Buffer => Buffer.concat([packed, Buffer.alloc(4)]);
const entry = note('Xen', 18, Buffer.alloc(8));
const direct = elf(Buffer.concat([note('Linux', 257, Buffer.from('abcde')), entry]));

describe('the kernel inside a bzImage', () => {
  it('is unpacked when QEMU can start it without a boot loader', () => {
    expect(unpackedKernel(bzImage(sized(zstdCompressSync(direct))))).toEqual(direct);
  });

  it('is left packed when it has no entry for that', () => {
    const others = [
      note('Xen', 6, Buffer.from('linux\0')),
      note('GNU', 18, Buffer.alloc(8)),
      Buffer.alloc(0),
    ];
    for (const notes of others)
      expect(unpackedKernel(bzImage(sized(zstdCompressSync(elf(notes)))))).toBeUndefined();
    expect(unpackedKernel(bzImage(sized(zstdCompressSync(Buffer.from('no ELF file')))))).toBeUndefined();
  });

  it('is left packed when it is packed by other means than zstd', () => {
    expect(unpackedKernel(bzImage(sized(gzipSync(direct))))).toBeUndefined();
  });

  it('is not looked for in a file that is no bzImage', () => {
    expect(unpackedKernel(direct)).toBeUndefined();
    expect(unpackedKernel(Buffer.alloc(4096))).toBeUndefined();
  });
});
