import { stringify } from 'yaml';
import { sortKeys } from './json.ts';

/** YAML as kubectl prints it: sorted keys, list items not indented, no line ever folded. */
export function toYaml(value: unknown): string {
  return stringify(sortKeys(value), { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}
