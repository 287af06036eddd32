import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutSignature } from '../../../../lab/assets/module-signature.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const code = Buffer.from('ELF code and data of a module');

function signed(): Buffer {
  const signature = Buffer.alloc(300, 's');
  const struct = Buffer.alloc(12);
  struct.writeUInt32BE(signature.length, 8);
  return Buffer.concat([code, signature, struct, Buffer.from('~Module signature appended~\n')]);
}

async function afterCut(content: Buffer): Promise<Buffer> {
  const path = join(temporaryFolder(), 'module.ko');
  writeFileSync(path, content);
  await cutSignature(path);
  return readFileSync(path);
}

describe('a kernel module', () => {
  it('loses its signature and nothing else', async () => {
    expect(await afterCut(signed())).toEqual(code);
  });

  it('stays as it is when it has none', async () => {
    expect(await afterCut(code)).toEqual(code);
    expect(await afterCut(Buffer.from('short'))).toEqual(Buffer.from('short'));
  });
});
