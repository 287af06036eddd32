import type { Snapshot } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { memberOf } from '../inventory/arrays.ts';
import type { BlockDevice } from '../inventory/device-table.ts';
import { factsOf, mapperName, type Facts } from '../inventory/facts.ts';
import { readSnapshot } from '../inventory/parse-snapshot.ts';
import { signatureOf } from '../inventory/signature.ts';
import { uuidInTags } from '../inventory/volume-groups.ts';
import { LVM_CONFIG } from '../plan/command.ts';
import { SWAP_MAPPING } from '../plan/identity.ts';
import type { DiscoverOptions } from './options.ts';
import { readContents } from './drives.ts';
import { parseExport } from './export-format.ts';
import { parseLvmReport } from './lvm-report.ts';
import type { Reads } from './reads.ts';

/** Columns of the three reports; identifiers as LVM prints them. */
const COLUMNS = {
  pv: 'pv_name,pv_uuid,vg_name,pv_size',
  vg: 'vg_name,vg_uuid,vg_tags,vg_attr,vg_extent_count,vg_extent_size,pv_count',
  lv: 'lv_name,vg_name,lv_uuid,lv_tags,lv_attr,lv_active,lv_size,lv_path',
} as const;

/**
 * What lies across drives: md arrays, LVM, and what is on those of ours. LVM and mdadm are asked only when a device
 * carries their signature: on a new machine none of their slow programs runs.
 */
export async function readStacks(
  host: Host,
  snapshot: Snapshot,
  reads: Reads,
  options: DiscoverOptions,
): Promise<Partial<Snapshot>> {
  const facts = factsOf(readSnapshot(snapshot));
  const [md, lvm] = await Promise.all([
    readArrays(host, facts, reads, options),
    readLvm(host, facts, reads, options),
  ]);
  const above = onTop(factsOf(readSnapshot({ ...snapshot, md, ...lvm })));
  const contents = await readContents(host, facts, above, reads, options);
  return {
    md,
    ...lvm,
    blkid: { ...snapshot.blkid, ...contents.blkid },
    samples: { ...snapshot.samples, ...contents.samples },
  };
}

async function readLvm(
  host: Host,
  facts: Facts,
  reads: Reads,
  { signal }: DiscoverOptions,
): Promise<Partial<Snapshot>> {
  const used = [...facts.devices.values()].some(
    (device) => device.type === 'lvm' || signatureOf(facts, device)?.type === 'LVM2_member',
  );
  if (!used) return { pvs: [], vgs: [], lvs: [] };
  const report = (kind: keyof typeof COLUMNS) =>
    reads.attempt(`${kind}s`, async () => {
      const size = ['--units', 'b', '--nosuffix'];
      const command = [
        `${kind}s`,
        '--config',
        LVM_CONFIG,
        '--reportformat',
        'json',
        ...size,
        '-o',
        COLUMNS[kind],
      ];
      return parseLvmReport((await host.run(command, signal ? { signal } : {})).stdout, kind);
    });
  const [pvs, vgs, lvs] = await Promise.all([report('pv'), report('vg'), report('lv')]);
  return { ...(pvs ? { pvs } : {}), ...(vgs ? { vgs } : {}), ...(lvs ? { lvs } : {}) };
}

/** `--detail` of every array that runs, `--examine` of the members of the others. */
async function readArrays(host: Host, facts: Facts, reads: Reads, { signal }: DiscoverOptions) {
  const active = facts.mdstat.filter((array) => array.active);
  const running = new Set(active.flatMap(({ members }) => members));
  const members = [...facts.devices.values()].filter((device) => memberOf(facts, device) !== undefined);
  const idle = members.filter(({ kname }) => !running.has(kname));
  const described = [
    ...active.map(({ name }) => ({ path: facts.devices.get(name)?.path ?? `/dev/${name}`, how: '--detail' })),
    ...idle.map(({ path }) => ({ path, how: '--examine' })),
  ];
  const md: NonNullable<Snapshot['md']> = {};
  await Promise.all(
    described.map(async ({ path, how }) => {
      const values = await reads.attempt(`md:${path}`, async () =>
        parseExport((await host.run(['mdadm', how, '--export', path], signal ? { signal } : {})).stdout),
      );
      if (values) md[path] = values;
    }),
  );
  return md;
}

/** Block devices whose content decides a step: running arrays, logical volumes that carry our tag, encrypted swap. */
function onTop(facts: Facts): BlockDevice[] {
  const arrays = facts.mdstat.filter(({ active }) => active).map(({ name }) => name);
  const slices = (facts.snapshot.lvs ?? [])
    .filter(({ lv_tags }) => uuidInTags((lv_tags ?? '').split(',')) !== undefined)
    .map(({ vg_name, lv_name }) => mapperName(vg_name, lv_name));
  return [...facts.devices.values()].filter(
    ({ kname, type, rows }) =>
      arrays.includes(kname) ||
      rows.some(({ name }) => slices.includes(name) || (type === 'crypt' && name.startsWith(SWAP_MAPPING))),
  );
}
