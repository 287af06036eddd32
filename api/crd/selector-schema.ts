import type { LabelSelector, Taint } from '../meta.ts';
import type { Schema } from './schema.ts';

/** As metav1.LabelSelector. */
export const labelSelectorSchema: Schema<LabelSelector> = {
  type: 'object',
  description: 'Which nodes; an empty selector matches every node.',
  properties: {
    matchLabels: { type: 'object', additionalProperties: { type: 'string' } },
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: {
          key: { type: 'string' },
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
};

// A qualified name as apimachinery's IsQualifiedName: an optional DNS prefix, then up to 63 characters.
const QUALIFIED_NAME =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';

/** As core/v1 Taint, without timeAdded. */
export const taintSchema: Schema<Taint> = {
  type: 'object',
  required: ['key', 'effect'],
  properties: {
    key: { type: 'string', pattern: QUALIFIED_NAME, maxLength: 316 },
    value: { type: 'string', pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$' },
    effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  },
};
