import type { LabelSelector, Taint } from '../meta.ts';
import { RESERVED_TAINT_PREFIXES } from '../validation/taint-problems.ts';
import type { Schema } from './schema.ts';

/** As metav1.LabelSelector. */
export const labelSelectorSchema: Schema<LabelSelector> = {
  type: 'object',
  description: 'Which nodes; an empty selector matches every node.',
  properties: {
    matchLabels: {
      type: 'object',
      maxProperties: 64,
      additionalProperties: { type: 'string', maxLength: 63 },
    },
    matchExpressions: {
      type: 'array',
      maxItems: 64,
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: {
          key: { type: 'string' },
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', maxItems: 256, items: { type: 'string', maxLength: 63 } },
        },
        'x-kubernetes-validations': [
          {
            rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
            message: 'In and NotIn need values, Exists and DoesNotExist have none',
          },
        ],
      },
    },
  },
};

// A qualified name as apimachinery's IsQualifiedName: an optional DNS prefix, then up to 63 characters.
const QUALIFIED_NAME =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';

/** As core/v1 Taint, without timeAdded. */
const taintSchema: Schema<Taint> = {
  type: 'object',
  required: ['key', 'effect'],
  properties: {
    key: {
      type: 'string',
      pattern: QUALIFIED_NAME,
      // 253 for the prefix, the slash, 63 for the name.
      maxLength: 317,
      'x-kubernetes-validations': RESERVED_TAINT_PREFIXES.map((prefix) => ({
        rule: `!self.startsWith('${prefix}')`,
        message: `Kubernetes itself manages the taints under ${prefix}`,
      })),
    },
    value: { type: 'string', maxLength: 63, pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$' },
    effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
  },
};

/** A Node with a repeated taint is refused, and admission would make such a Node of every new one. */
export const taintsSchema: Schema<Taint[]> = {
  type: 'array',
  maxItems: 16,
  items: taintSchema,
  'x-kubernetes-list-type': 'atomic',
  'x-kubernetes-validations': [
    {
      rule: 'self.all(t, self.exists_one(u, u.key == t.key && u.effect == t.effect))',
      message: 'each key and effect only once',
    },
  ],
};
