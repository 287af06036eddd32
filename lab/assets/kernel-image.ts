import { zstdDecompressSync } from 'node:zlib';

// Where a bzImage says what it carries: Documentation/arch/x86/boot.rst, protocol 2.08 and later.
const SETUP_SECTORS = 0x1f1;
const SIGNATURE = 0x202;
const VERSION = 0x206;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR = 512;

const ZSTD_MAGIC = 0xfd2fb528;

/**
 * The kernel that a bzImage carries, unpacked, when QEMU can start it as it is: a translated machine takes two seconds to
 * unpack it at every boot. Undefined when it is packed by other means than zstd, or has no entry for such a start.
 */
export function unpackedKernel(bzImage: Buffer): Buffer | undefined {
  const payload = payloadOf(bzImage);
  if (payload === undefined || payload.length < 8 || payload.readUInt32LE(0) !== ZSTD_MAGIC) return undefined;
  // The kernel's build adds the unpacked size behind the frame (scripts/Makefile.lib, size_append).
  const kernel = zstdDecompressSync(payload.subarray(0, -4));
  return hasDirectEntry(kernel) ? kernel : undefined;
}

function payloadOf(bzImage: Buffer): Buffer | undefined {
  if (bzImage.length < PAYLOAD_LENGTH + 4 || bzImage.toString('latin1', SIGNATURE, SIGNATURE + 4) !== 'HdrS')
    return undefined;
  if (bzImage.readUInt16LE(VERSION) < 0x208) return undefined;
  const start = (bzImage.readUInt8(SETUP_SECTORS) + 1) * SECTOR + bzImage.readUInt32LE(PAYLOAD_OFFSET);
  return bzImage.subarray(start, start + bzImage.readUInt32LE(PAYLOAD_LENGTH));
}

const PT_NOTE = 4;
/** XEN_ELFNOTE_PHYS32_ENTRY, the address of the PVH entry; QEMU refuses an ELF kernel that has no such note. */
const PVH_ENTRY = 18;

/** Whether a 64-bit ELF file has the note by which QEMU starts it without a boot loader. */
function hasDirectEntry(elf: Buffer): boolean {
  if (elf.length < 64 || elf.toString('latin1', 0, 5) !== '\u007fELF\u0002') return false;
  const [table, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => table + index * size).some((header) => {
    if (elf.readUInt32LE(header) !== PT_NOTE) return false;
    const start = Number(elf.readBigUInt64LE(header + 8));
    return hasPvhNote(elf.subarray(start, start + Number(elf.readBigUInt64LE(header + 32))));
  });
}

function hasPvhNote(notes: Buffer): boolean {
  for (let at = 0; at + 12 <= notes.length;) {
    const [name, description] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)];
    const isXen = notes.toString('latin1', at + 12, at + 12 + name) === 'Xen\0';
    if (isXen && notes.readUInt32LE(at + 8) === PVH_ENTRY) return true;
    at += 12 + aligned(name) + aligned(description);
  }
  return false;
}

const aligned = (length: number): number => Math.ceil(length / 4) * 4;
