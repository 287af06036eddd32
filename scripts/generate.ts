// Writes what is generated from the code: the CRDs. `--check` compares instead, and fails on a difference.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { customResourceDefinitions } from '../api/crd/definitions.ts';

const folder = join(import.meta.dirname, '..', 'manifests', 'crds');
const check = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });
for (const [name, definition] of Object.entries(customResourceDefinitions())) {
  const text = `# Generated from api/crd by \`npm run generate\`.\n${stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
  const path = join(folder, name);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`manifests/crds/${name} is not what api/crd says: run \`npm run generate\``);
    process.exitCode = 1;
  }
}
