import fc from 'fast-check';
import type { LsblkDevice, Snapshot } from '../../../api/snapshot.ts';
import type { Scene } from './make-scene.ts';

/**
 * A way in which a snapshot may be damaged without hiding what makes a drive unsafe: what the labels say of unsafe drives
 * still holds. Safe drives may become unusable by it.
 */
export interface Damage {
  name: string;
  apply: (scene: Scene) => Scene;
}

/** Values that belong nowhere. */
export const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(undefined, null, '', 'constructor', '__proto__', '/', -1, NaN, 2 ** 70),
  fc.constantFrom<unknown>(1e400, -0, [], {}, [[]], [null], { __proto__: null }),
);

const odd = fc.constantFrom<unknown>(NaN, -1, 0, -(2 ** 53), 2 ** 70, 1.5, 1e308, Infinity, '1e9', 'x', '-5');

const change = (scene: Scene, fields: Partial<Record<keyof Snapshot, unknown>>): Scene => ({
  ...scene,
  snapshot: { ...scene.snapshot, ...fields } as Snapshot,
});

const rows = (scene: Scene): LsblkDevice[] => scene.snapshot.lsblk.blockdevices;

/** With one row, by its place, put in another way. */
function withRow(
  scene: Scene,
  place: number,
  by: (row: LsblkDevice, other: LsblkDevice) => unknown[],
): Scene {
  const all = rows(scene);
  const at = place % all.length;
  const other = all[(at + 1) % all.length];
  const blockdevices = all.flatMap((row, index) => (index === at && other ? by(row, other) : [row]));
  return change(scene, { lsblk: { blockdevices } });
}

const named = (name: string, apply: Damage['apply']): Damage => ({ name, apply });

const missing = fc
  .constantFrom('mountinfo', 'swaps', 'byId', 'machineID', 'bootID', 'blkid', 'samples', 'holders', 'nvme')
  .map((field) =>
    named('a field is missing in live discovery', (scene) => ({
      ...change(scene, { [field]: undefined }),
      strict: true,
    })),
  );

const failed = fc
  .constantFrom('mountinfo', 'swaps', 'mdstat', 'byId', 'machineID', 'begun', 'lsblk', 'holders', 'nvme')
  .map((field) =>
    named('a read failed', (scene) =>
      change(scene, { errors: { ...scene.snapshot.errors, [field]: 'EIO' } }),
    ),
  );

const wrongType = fc
  .tuple(
    fc.constantFrom('mountinfo', 'swaps', 'byId', 'blkid', 'holders', 'pvs', 'nvme', 'pci', 'errors'),
    fc.constantFrom<unknown>([[]], { a: { b: { c: 1 } } }, [null], true, 7),
  )
  .map(([field, value]) =>
    named('a field is of the wrong type', (scene) => change(scene, { [field]: value })),
  );

const brokenLine = fc
  .constantFrom('mountinfo', 'swaps')
  .map((field) =>
    named('a line is broken off', (scene) =>
      change(scene, { [field]: `${scene.snapshot[field as 'swaps'] ?? ''}\n99 1 8` }),
    ),
  );

/** The size may be what makes a drive unsafe, so that only a safe one gets another. */
const oddNumber = fc
  .tuple(fc.nat({ max: 9 }), fc.constantFrom('size', 'log-sec', 'phy-sec'), odd)
  .map(([place, column, value]) =>
    named('an odd number', (scene) =>
      withRow(scene, place, (row) => {
        const kept = column === 'size' && scene.labels[row.name] !== 'safe';
        return [kept ? row : { ...row, [column]: value }];
      }),
    ),
  );

const oddIdentity = fc.tuple(fc.constantFrom('nsid', 'numaNode', 'dlfeat'), odd).map(([key, value]) =>
  named('an odd number', (scene) =>
    change(scene, {
      nvme: Object.fromEntries(
        Object.entries(scene.snapshot.nvme ?? {}).map(([path, known]) => [path, { ...known, [key]: value }]),
      ),
    }),
  ),
);

const oddPages = odd.map((value) =>
  named('an odd number', (scene) =>
    change(scene, { hugepages: [{ numaNode: 0, size: '2Mi', total: value, free: value }] }),
  ),
);

/** A second row of the same name, first or last, that knows less, or tells of another drive. */
const twin = fc
  .tuple(fc.nat({ max: 9 }), fc.boolean(), fc.constantFrom('less', 'other', 'size'))
  .map(([place, first, how]) =>
    named('a name is there twice', (scene) =>
      withRow(scene, place, (row, other) => {
        const { name, kname, path } = row;
        const own = { name, kname, path, type: 'disk' };
        const second =
          how === 'less' ? own : how === 'size' ? { ...row, size: 7 } : { ...other, ...own, children: [] };
        return first ? [second, row] : [row, second];
      }),
    ),
  );

/** The drive claims to be where another one is. */
const wrongPath = fc
  .nat({ max: 9 })
  .map((place) =>
    named('a path is another drive’s', (scene) =>
      withRow(scene, place, (row, other) => [{ ...row, path: other.path }]),
    ),
  );

/** Two drives lie on each other. What lies on an unsafe drive is what makes it so, and stays. */
const circleOfRows = fc.nat({ max: 9 }).map((place) =>
  named('holders in a circle', (scene) =>
    withRow(scene, place, (row, other) => {
      if ([row, other].some(({ name }) => scene.labels[name] !== 'safe')) return [row];
      const children = [{ name: other.name, children: [{ name: row.name }] }];
      return [{ ...row, pkname: other.name, children }];
    }),
  ),
);

const circleOfHolders = fc.constant(
  named('holders in a circle', (scene) => {
    const names = rows(scene).map(({ name }) => name);
    const next = (index: number) => names[(index + 1) % names.length] ?? '';
    const holders = Object.fromEntries(names.map((name, index) => [`/dev/${name}`, [next(index)]]));
    return change(scene, { holders });
  }),
);

/** The link of a partition says that there is one. */
const isEvidence = (link: string): boolean => link.endsWith('-part1');

/** The names that udev made stay what they are; what the snapshot says of one is cut off. */
const cutLink = fc
  .tuple(fc.nat({ max: 9 }), fc.nat({ max: 30 }), fc.boolean())
  .map(([place, length, ofTarget]) =>
    named('a by-id link is cut off', (scene) => {
      const links = Object.entries(scene.snapshot.byId ?? {});
      const cut = links.map(([name, target], index): [string, string] => {
        if (index !== place % links.length || isEvidence(name)) return [name, target];
        return ofTarget ? [name, target.slice(0, length)] : [name.slice(0, length), target];
      });
      return change(scene, { byId: Object.fromEntries(cut) });
    }),
  );

/** A link of one drive is said to lead to another. */
const wrongLink = fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })).map(([place, to]) =>
  named('a by-id link leads elsewhere', (scene) => {
    const links = Object.entries(scene.snapshot.byId ?? {});
    const targets = links.map(([, target]) => target);
    const led = links.map(([name, target], index): [string, string] => [
      name,
      index === place % links.length && !isEvidence(name) ? (targets[to % targets.length] ?? target) : target,
    ]);
    return change(scene, { byId: Object.fromEntries(led) });
  }),
);

/** Every such damage. */
export const damages: fc.Arbitrary<Damage> = fc.oneof(
  missing,
  failed,
  wrongType,
  brokenLine,
  oddNumber,
  oddIdentity,
  oddPages,
  twin,
  wrongPath,
  circleOfRows,
  circleOfHolders,
  cutLink,
  wrongLink,
);
