import { describe, expect, it } from 'vitest';
import type { SpdkRecord } from '../../../../api/snapshot.ts';
import { planFor, spdkMachine, spdkSpec } from '../../../builders/spdk-machine.ts';

const { machineID = '', bootID = '' } = spdkMachine();

describe('the kubelet counts hugepages anew', () => {
  const all = 138;
  const spec = (restartKubelet: boolean, drives = {}) => spdkSpec({ restartKubelet }, { drives });
  const recounts = (capacity: string | undefined, restartKubelet = true, spdk?: SpdkRecord, drives = {}) =>
    planFor(
      spdkMachine(undefined, spdk ? { snapshot: { spdk } } : {}),
      spec(restartKubelet, drives),
      [],
      capacity === undefined ? undefined : { 'hugepages-2Mi': capacity },
    ).steps.filter(({ kind }) => kind === 'recount-hugepages');
  const restarted = (pages: number, boot = bootID): SpdkRecord => ({
    machineID,
    controllers: [],
    hugepages: [],
    kubelet: { bootID: boot, bytes: pages * 2 * 2 ** 20 },
  });

  it('once the pages are there, where the profile allows its restart', () => {
    expect(recounts('0')).toMatchObject([
      { name: `restart the kubelet, so that it counts ${all} hugepages of 2Mi`, bytes: all * 2 * 2 ** 20 },
    ]);
  });

  it.each([
    ['the profile does not allow it', '0', false, undefined, {}],
    ['it has counted all of them', `${all * 2}Mi`, true, undefined, {}],
    ['it was restarted for them in this boot', '0', true, restarted(all), {}],
    ['nobody knows what it has counted', undefined, true, undefined, {}],
    ['nothing may begin', '0', true, undefined, { exclude: ['*'] }],
  ])('but not when %s', (_, capacity, allowed, spdk, drives) => {
    expect(recounts(capacity, allowed, spdk, drives)).toEqual([]);
  });

  it.each([
    ['for another number of pages', restarted(5)],
    ['in an earlier boot', restarted(all, 'before')],
  ])('also when it was restarted %s', (_, spdk) => {
    expect(recounts('0', true, spdk)).toHaveLength(1);
  });
});
