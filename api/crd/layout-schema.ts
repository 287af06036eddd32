import { LAYOUT_BLOCKS, LAYOUT_TYPES, type Layout } from '../layout.ts';
import type { Schema } from './schema.ts';

/** Sizes as Kubernetes quantities of whole or fractional bytes; see ../quantity.ts. */
export const QUANTITY_PATTERN = '^[0-9]+([.][0-9]+)?([kMGTP]|[KMGTP]i)?$';

/** md's chunks: 4 KiB, and each power of two up to 1 GiB. */
const CHUNKS = Array.from({ length: 19 }, (_, power) => 4096 * 2 ** power);

/** Blocks by the types that they belong to; one of another type says that the person meant another layout. */
const blockRules = Object.entries(LAYOUT_BLOCKS).map(([block, types]) => ({
  rule: `!has(self.${block}) || self.type in [${types.map((type) => `'${type}'`).join(', ')}]`,
  message: `layout.${block} is only for layout.type ${types.join(', ')}`,
}));

/** What the drives are made into. */
export const layoutSchema: Schema<Layout> = {
  type: 'object',
  required: ['type'],
  description: 'How the local drives are arranged. Only the block of the chosen type counts.',
  properties: {
    type: { type: 'string', enum: LAYOUT_TYPES },
    filesystem: {
      type: 'object',
      description: 'The filesystem of the Filesystem and RAID layouts, and of LVM slices.',
      properties: {
        type: { type: 'string', enum: ['ext4', 'xfs'] },
        mountOptions: {
          type: 'array',
          maxItems: 32,
          items: { type: 'string', pattern: '^[A-Za-z0-9_=:./-]+$', maxLength: 128 },
          'x-kubernetes-validations': [
            { rule: "!('ro' in self)", message: 'a volume must be writable: leave `ro` out' },
          ],
        },
      },
    },
    raid: {
      type: 'object',
      properties: {
        level: { type: 'integer', enum: [0, 10] },
        chunk: {
          type: 'string',
          pattern: QUANTITY_PATTERN,
          maxLength: 16,
          description: 'md chunk, a power of two from 4Ki.',
          'x-kubernetes-validations': [
            {
              rule: `!isQuantity(self) || (quantity(self).isInteger() && quantity(self).asInteger() in [${CHUNKS.join(', ')}])`,
              message: 'expected a power of two from 4Ki to 1Gi, such as 512Ki',
            },
          ],
        },
        perNUMANode: {
          type: 'boolean',
          description: 'One array per NUMA node instead of one over all drives.',
        },
      },
    },
    lvm: {
      type: 'object',
      properties: {
        vgName: {
          type: 'string',
          pattern: '^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$',
          maxLength: 127,
          'x-kubernetes-validations': [
            { rule: "!(self in ['.', '..'])", message: 'LVM refuses `.` and `..` as names' },
          ],
        },
        slices: {
          type: 'integer',
          minimum: 0,
          maximum: 128,
          description: '0 leaves the volume group to a CSI driver; N makes N equal logical volumes.',
        },
      },
    },
    swap: {
      type: 'object',
      properties: {
        encrypt: { type: 'boolean', description: 'dm-crypt with a random key.' },
        sysctls: { type: 'object', additionalProperties: { type: 'string' } },
        configureKubelet: { type: 'boolean' },
      },
    },
    spdk: {
      type: 'object',
      properties: {
        driver: { type: 'string', enum: ['auto', 'vfio-pci', 'uio_pci_generic'] },
        hugepages: {
          type: 'object',
          properties: {
            size: { type: 'string', enum: ['2Mi', '1Gi'] },
            perNUMANode: {
              type: 'integer',
              minimum: 0,
              description: "Pages that every NUMA node gets on top of the user's own.",
            },
          },
        },
        restartKubelet: {
          type: 'boolean',
          description: 'The agent may restart the kubelet, which counts hugepages only at its start.',
        },
      },
    },
  },
  'x-kubernetes-validations': blockRules,
};
