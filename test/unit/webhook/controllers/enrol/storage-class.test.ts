import { describe, expect, it } from 'vitest';
import type { NVMeProfileSpecInput } from '../../../../../api/profile.ts';
import { wantedStorageClasses } from '../../../../../api/wanted-storage-classes.ts';
import { decideStorageClass } from '../../../../../webhook/controllers/enrol/storage-class.ts';
import { nvmeProfile } from '../../../../builders/objects.ts';

const profile = (name: string, spec: NVMeProfileSpecInput) => nvmeProfile({ metadata: { name }, spec });

describe('the StorageClasses of the profiles', () => {
  it.each<[string, NVMeProfileSpecInput, string[]]>([
    ['Filesystem', { layout: { type: 'Filesystem' } }, ['nvme-ssd']],
    ['RAID', { layout: { type: 'RAID' }, volumes: { storageClassName: 'raid' } }, ['raid']],
    ['Block', { layout: { type: 'Block' } }, ['nvme-ssd']],
    ['LVM in slices', { layout: { type: 'LVM', lvm: { slices: 4 } } }, ['nvme-ssd']],
    ['LVM for a CSI driver', { layout: { type: 'LVM' } }, []],
    ['Swap', { layout: { type: 'Swap' } }, []],
    ['SPDK', { layout: { type: 'SPDK' } }, []],
  ])('%s', (_, spec, names) => {
    expect([...wantedStorageClasses([profile('x', spec)])]).toEqual(names);
  });

  it('take the reclaim policy of the first profile by name that wants the class', () => {
    const profiles = [
      profile('b', { volumes: { reclaimPolicy: 'Retain' } }),
      profile('a', { volumes: { reclaimPolicy: 'Delete' } }),
    ];
    expect(decideStorageClass('nvme-ssd', profiles, undefined)).toMatchObject({
      kind: 'create',
      object: { reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer' },
    });
  });

  it('are not made for a name that no profile wants', () => {
    expect(decideStorageClass('other', [profile('a', {})], undefined)).toEqual({ kind: 'none' });
  });
});
