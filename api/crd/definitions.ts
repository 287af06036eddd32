import { GROUP, VERSION } from '../group.ts';
import { nodeSpecSchema, nodeStatusSchema } from './node-schema.ts';
import { profileSpecSchema } from './profile-schema.ts';

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'date' | 'boolean';
  jsonPath: string;
  priority?: number;
  description?: string;
}

interface Kind {
  kind: string;
  plural: string;
  shortName: string;
  schema: object;
  columns: PrinterColumn[];
  status: boolean;
}

const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const profile: Kind = {
  kind: 'NVMeProfile',
  plural: 'nvmeprofiles',
  shortName: 'nvmep',
  status: false,
  schema: { type: 'object', properties: { spec: profileSpecSchema } },
  columns: [
    { name: 'Layout', type: 'string', jsonPath: '.spec.layout.type' },
    { name: 'Setup', type: 'string', jsonPath: '.spec.setup' },
    { name: 'Provider', type: 'string', jsonPath: '.spec.provider' },
    { name: 'Priority', type: 'integer', jsonPath: '.spec.priority' },
    age,
  ],
};

const node: Kind = {
  kind: 'NVMeNode',
  plural: 'nvmenodes',
  shortName: 'nvmen',
  status: true,
  schema: { type: 'object', properties: { spec: nodeSpecSchema, status: nodeStatusSchema } },
  columns: [
    { name: 'Profile', type: 'string', jsonPath: '.spec.profile' },
    { name: 'Layout', type: 'string', jsonPath: '.status.summary.layout' },
    { name: 'Drives', type: 'string', jsonPath: '.status.summary.drives' },
    { name: 'Volumes', type: 'integer', jsonPath: '.status.summary.volumes' },
    { name: 'Bound', type: 'integer', jsonPath: '.status.summary.bound' },
    { name: 'Capacity', type: 'string', jsonPath: '.status.summary.capacity' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    age,
    // With -o wide; `kubectl nvme status` reads all of them, see cmd/status/brief-report.ts.
    ...wide({
      Progress: '.status.summary.progress',
      Step: '.status.progress.name',
      Warning: '.status.summary.warning',
      Provider: '.status.provider',
      Model: '.status.summary.models',
      NUMA: '.status.summary.numaNodes',
      Wear: '.status.summary.wear',
      Agent: '.status.agentVersion',
      Node_UID: '.status.nodeUID',
      Boot_ID: '.status.bootID',
    }),
    { name: 'Unsettled', type: 'integer', jsonPath: '.status.summary.unsettled', priority: 1 },
    ...wide({ Problem: '.status.summary.problem' }),
  ],
};

/** Columns of texts that only `-o wide` prints; `_` stands for a blank. */
function wide(paths: Readonly<Record<string, string>>): PrinterColumn[] {
  return Object.entries(paths).map(([name, jsonPath]) => ({
    ...{ name: name.replace('_', ' '), type: 'string', jsonPath, priority: 1 },
  }));
}

/** The CustomResourceDefinition objects as `manifests/crds/` holds them, by file name. */
export function customResourceDefinitions(): Record<string, object> {
  return { 'nvmeprofiles.yaml': definition(profile), 'nvmenodes.yaml': definition(node) };
}

/** How the API server prints our kinds, by their plurals. */
export const PRINTER_COLUMNS: Readonly<Record<string, readonly PrinterColumn[]>> = {
  [profile.plural]: profile.columns,
  [node.plural]: node.columns,
};

function definition({ kind, plural, shortName, schema, columns, status }: Kind): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}`, labels: { 'app.kubernetes.io/part-of': 'kubectl-nvme' } },
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames: [shortName] },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          ...(status ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
