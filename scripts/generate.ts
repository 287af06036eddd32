// Writes what is generated from the code: the CRDs and the webhook's RBAC. `--check` compares instead, and fails on a
// difference.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { customResourceDefinitions } from '../api/crd/definitions.ts';
import { rbacObjects } from '../webhook/rbac-manifest.ts';

const manifests = join(import.meta.dirname, '..', 'manifests');
const check = process.argv.includes('--check');

const yaml = (object: object): string => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });

const generated: Record<string, { from: string; text: string }> = {
  'base/webhook-rbac.yaml': { from: 'webhook/permissions.ts', text: rbacObjects().map(yaml).join('---\n') },
};
for (const [name, definition] of Object.entries(customResourceDefinitions())) {
  generated[`crds/${name}`] = { from: 'api/crd', text: yaml(definition) };
}

for (const [name, { from, text: body }] of Object.entries(generated)) {
  const text = `# Generated from ${from} by \`npm run generate\`.\n${body}`;
  const path = join(manifests, name);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`manifests/${name} is not what ${from} says: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
