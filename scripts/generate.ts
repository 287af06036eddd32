// Writes what is generated from the code: the CRDs, the RBAC of agent and webhook, and the page of flags. `--check` compares
// instead, and fails on a difference.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { rbacObjects as agentRbac } from '../agent/rbac-manifest.ts';
import { customResourceDefinitions } from '../api/crd/definitions.ts';
import { rbacObjects as webhookRbac } from '../webhook/rbac-manifest.ts';
import { flagsPage } from './flags-page.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

const yaml = (object: object): string => stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
const note = (from: string): string => `Generated from ${from} by \`npm run generate\`.`;
const manifest = (from: string, body: string) => ({ from, text: `# ${note(from)}\n${body}` });

const generated: Record<string, { from: string; text: string }> = {
  'manifests/base/webhook-rbac.yaml': manifest(
    'webhook/permissions.ts',
    webhookRbac().map(yaml).join('---\n'),
  ),
  'manifests/base/agent-rbac.yaml': manifest('agent/permissions.ts', agentRbac().map(yaml).join('---\n')),
  'docs/flags.md': { from: 'cmd/verbs', text: `<!-- ${note('cmd/verbs')} -->\n${await flagsPage()}` },
};
for (const [name, definition] of Object.entries(customResourceDefinitions())) {
  generated[`manifests/crds/${name}`] = manifest('api/crd', yaml(definition));
}

for (const [name, { from, text }] of Object.entries(generated)) {
  const path = join(root, name);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${name} is not what ${from} says: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
