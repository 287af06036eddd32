import type { Layout } from '../../api/layout.ts';

/** One layout over some of the node's drives, as each contestant makes it. */
export interface Case {
  name: string;
  drives: number;
  /** What a person types; the drives are "$@". */
  byHand: string;
  /** Arguments of the one-shot program. */
  oneShot: readonly string[];
  layout: Pick<Layout, 'type'>;
}

const MKFS = 'mkfs.ext4 -q -F -m 0 -E nodiscard,lazy_itable_init=1';

const array = `mdadm --create /dev/md/hand --run --quiet --homehost=any --level=0 --raid-devices=$# "$@"
${MKFS} /dev/md/hand
mkdir -p /mnt/hand/0
mount /dev/md/hand /mnt/hand/0`;

const group = `pvcreate -q -q "$@"
vgcreate -q -q hand "$@"`;

/** One after the other, as a script does it. */
const filesystems = `for drive in "$@"; do
  ${MKFS} "$drive"
  at=/mnt/hand/$(basename "$drive")
  mkdir -p "$at"
  mount "$drive" "$at"
done`;

/** Those with the most drives first: drives are pulled as the benchmark goes on. */
export const CASES: readonly Case[] = [
  {
    ...{ name: 'ext4 on each of 4', drives: 4, byHand: filesystems },
    ...{ oneShot: ['filesystem'], layout: { type: 'Filesystem' } },
  },
  {
    name: 'RAID 0 and ext4, 4 drives',
    drives: 4,
    byHand: array,
    oneShot: ['raid'],
    layout: { type: 'RAID' },
  },
  {
    name: 'RAID 0 and ext4, 2 drives',
    drives: 2,
    byHand: array,
    oneShot: ['raid'],
    layout: { type: 'RAID' },
  },
  { name: 'LVM, 2 drives', drives: 2, byHand: group, oneShot: ['lvm'], layout: { type: 'LVM' } },
  {
    ...{ name: 'ext4 on 1', drives: 1, byHand: filesystems },
    ...{ oneShot: ['filesystem'], layout: { type: 'Filesystem' } },
  },
];

/** Makes all drives raw again, whoever made what. */
export const CLEAR = `set -e
for at in $(findmnt -rn -o TARGET | grep -E '^/(mnt/hand|pv-disks)/'); do umount "$at"; done
for group in $(vgs --noheadings -o vg_name); do vgremove -q -q --yes "$group"; done
for array in /dev/md/*; do [ ! -e "$array" ] || mdadm --stop --quiet "$array"; done
udevadm settle
for drive in "$@"; do wipefs --all --quiet "$drive"; blkdiscard "$drive"; done
udevadm settle`;
