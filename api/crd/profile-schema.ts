import { PROVIDERS, type NVMeProfileSpec } from '../profile.ts';
import { layoutSchema, QUANTITY_PATTERN } from './layout-schema.ts';
import type { Schema } from './schema.ts';
import { labelSelectorSchema, taintsSchema } from './selector-schema.ts';

const drives: Schema<NVMeProfileSpec['drives']> = {
  type: 'object',
  description:
    "Which of the provider's local drives are wanted. Patterns are globs on model, path or by-id name.",
  properties: {
    include: { type: 'array', maxItems: 64, items: { type: 'string', minLength: 1, maxLength: 256 } },
    exclude: { type: 'array', maxItems: 64, items: { type: 'string', minLength: 1, maxLength: 256 } },
    minSize: { type: 'string', pattern: QUANTITY_PATTERN },
    minCount: { type: 'integer', minimum: 0, description: 'Fewer usable drives keep the taint on the node.' },
  },
};

const volumes: Schema<NVMeProfileSpec['volumes']> = {
  type: 'object',
  properties: {
    storageClassName: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 },
    reclaimPolicy: { type: 'string', enum: ['Delete', 'Retain'] },
    clean: { type: 'string', enum: ['Delete', 'Reformat', 'Discard', 'Zero'] },
  },
};

const cleanup: Schema<NVMeProfileSpec['cleanup']> = {
  type: 'object',
  description: 'What happens to volumes of nodes that are gone.',
  properties: {
    orphans: { type: 'string', enum: ['Delete', 'Report', 'Ignore'] },
    boundGracePeriod: { type: 'string', pattern: '^(0|([0-9]+([.][0-9]+)?(ms|s|m|h))+)$' },
    protect: { type: 'string', enum: ['None', 'Bound'] },
  },
};

/** NVMeProfile.spec. Nothing is required: see ../defaults.ts for what an absent field means. */
export const profileSpecSchema: Schema<NVMeProfileSpec> = {
  type: 'object',
  properties: {
    nodeSelector: labelSelectorSchema,
    priority: { type: 'integer', format: 'int32', description: 'The highest matching profile wins.' },
    setup: { type: 'string', enum: ['Automatic', 'Manual'] },
    provider: { type: 'string', enum: PROVIDERS },
    drives,
    existingData: { type: 'string', enum: ['Refuse', 'Adopt', 'Wipe'] },
    layout: layoutSchema,
    volumes,
    taintExisting: { type: 'boolean', description: 'Also taint nodes that are older than the profile.' },
    taints: taintsSchema,
    cleanup,
  },
  'x-kubernetes-validations': [
    {
      rule: "!has(self.layout) || self.layout.type != 'Block' || !has(self.volumes) || !has(self.volumes.clean) || self.volumes.clean in ['Discard', 'Zero']",
      message: 'a Block volume has no files to delete: set volumes.clean to Discard or Zero',
    },
  ],
};
