import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partitionOffset, rootPartUUID, writePartitionTable } from '../../../../lab/assets/partition.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

describe('the partition table of a node’s root disk', () => {
  it('is one Linux partition with the PARTUUID that the kernel is told', async () => {
    const disk = join(temporaryFolder(), 'disk.raw');
    writeFileSync(disk, '');
    truncateSync(disk, 64 * 2 ** 20);
    await writePartitionTable(disk, 64 * 2 ** 20);

    const found = execFileSync('blkid', ['--probe', '--output', 'export', disk], { encoding: 'utf8' });
    const first = readFileSync(disk).subarray(446, 462);

    expect(found).toContain(`PTUUID=${rootPartUUID.replace(/-01$/, '')}\nPTTYPE=dos\n`);
    expect(first.readUInt8(4)).toBe(0x83);
    expect(first.readUInt32LE(8) * 512).toBe(partitionOffset);
    expect(first.readUInt32LE(12) * 512).toBe(64 * 2 ** 20 - partitionOffset);
  });
});
