import type { ReportSummary } from '../summary.ts';
import type { Drive } from '../drive.ts';
import type { Condition } from '../meta.ts';
import type { NVMeNodeSpec, NVMeNodeStatus, VolumeStatus } from '../node.ts';
import type { Plan } from '../plan.ts';
import { layoutSchema } from './layout-schema.ts';
import { profileSpecSchema } from './profile-schema.ts';
import type { Schema } from './schema.ts';

const bytes = { type: 'integer', format: 'int64', minimum: 0 } as const;
const text = { type: 'string' } as const;

const drive: Schema<Drive> = {
  type: 'object',
  required: ['path', 'size', 'role', 'state'],
  properties: {
    path: text,
    byId: text,
    model: text,
    serial: text,
    size: bytes,
    sectorSize: bytes,
    numaNode: { type: 'integer' },
    pciAddress: text,
    firmware: text,
    role: { type: 'string', enum: ['Local', 'Remote', 'Root', 'Other'] },
    state: { type: 'string', enum: ['Free', 'InUse', 'Foreign', 'Ours', 'Bound', 'Failed', 'Unknown'] },
    health: {
      type: 'object',
      description: 'What the drive says of its own health (SMART).',
      properties: {
        availableSpare: { type: 'integer', description: 'Percent of spare blocks left.' },
        percentageUsed: { type: 'integer', description: 'Percent of rated life used; may exceed 100.' },
        mediaErrors: { type: 'number' },
        criticalWarning: { type: 'integer', description: 'Bits of the Critical Warning field.' },
      },
    },
    reason: { type: 'string', description: 'Why the drive is not used.' },
  },
};

const plan: Schema<Plan> = {
  type: 'object',
  required: ['id', 'for', 'steps', 'refusals'],
  properties: {
    id: text,
    for: { type: 'string', enum: ['setup', 'reset'] },
    layout: layoutSchema,
    provider: text,
    drives: { type: 'array', items: drive },
    candidates: { type: 'array', items: text },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: text, command: { type: 'array', items: text } },
      },
    },
    refusals: {
      type: 'array',
      items: { type: 'object', required: ['path', 'reason'], properties: { path: text, reason: text } },
    },
  },
};

const volume: Schema<VolumeStatus> = {
  type: 'object',
  required: ['name', 'state', 'path', 'capacity', 'identity'],
  properties: {
    name: text,
    state: {
      type: 'string',
      enum: ['Publishing', 'Available', 'Bound', 'Released', 'Cleaning', 'Unclaimed', 'Lost', 'Failed'],
    },
    path: text,
    capacity: bytes,
    identity: text,
    claim: { type: 'object', properties: { namespace: text, name: text } },
    reason: text,
  },
};

const condition: Schema<Condition> = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: text,
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: text,
    message: text,
    observedGeneration: { type: 'integer', format: 'int64' },
    lastTransitionTime: { type: 'string', format: 'date-time' },
  },
};

const summary: Schema<ReportSummary> = {
  type: 'object',
  description: 'The report in short, for tables.',
  properties: {
    drives: { type: 'string', description: 'Local drives that carry our layout, of all local ones.' },
    layout: text,
    volumes: { type: 'integer' },
    bound: { type: 'integer' },
    unsettled: { type: 'integer', description: 'Volumes of which only the agent knows how they stand.' },
    capacity: { type: 'string', description: 'Of the volumes; of the local drives while there is none.' },
    models: text,
    numaNodes: text,
    wear: { type: 'string', description: 'Of the most worn local drive.' },
    progress: text,
    warning: { type: 'string', description: 'The condition to look at though the node works.' },
    problem: { type: 'string', description: 'Why the node is not ready, or what the warning says.' },
  },
};

/** NVMeNode.spec. */
export const nodeSpecSchema: Schema<NVMeNodeSpec> = {
  type: 'object',
  properties: {
    profile: { type: 'string', description: 'Name of the NVMeProfile that rules this node.' },
    overrides: {
      type: 'object',
      description: "Laid over the profile's spec.",
      properties: {
        layout: layoutSchema,
        drives: profileSpecSchema.properties.drives,
        existingData: profileSpecSchema.properties.existingData,
        provider: profileSpecSchema.properties.provider,
        volumes: profileSpecSchema.properties.volumes,
      },
    },
    request: {
      type: 'object',
      required: ['id', 'type'],
      description: 'A one-time order, carried out once per id.',
      properties: {
        id: { type: 'string', minLength: 1, maxLength: 63 },
        type: { type: 'string', enum: ['setup', 'reset'] },
        planID: { type: 'string', description: 'The agent acts only while its own plan has this ID.' },
      },
    },
  },
};

/** NVMeNode.status. */
export const nodeStatusSchema: Schema<NVMeNodeStatus> = {
  type: 'object',
  properties: {
    nodeUID: text,
    bootID: text,
    observedGeneration: { type: 'integer', format: 'int64' },
    observedRequestID: text,
    provider: text,
    drives: { type: 'array', items: drive },
    layout: layoutSchema,
    inventory: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      description: 'What discovery read, as `nvme-agent snapshot` prints it, trimmed.',
    },
    plan,
    resetPlan: plan,
    volumes: { type: 'array', items: volume },
    hugepages: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          numaNode: { type: 'integer' },
          size: text,
          total: { type: 'integer' },
          free: { type: 'integer' },
        },
      },
    },
    progress: {
      type: 'object',
      properties: { step: { type: 'integer' }, of: { type: 'integer' }, name: text, requestID: text },
    },
    conditions: {
      type: 'array',
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    agentVersion: text,
    summary,
  },
};
