import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtProgram } from './built-program.ts';

/** Every file of a built program that is loaded before its first line runs. */
export function filesAtStart(program: string): string[] {
  return [...staticImports(join(dirname(builtProgram(program)), 'lib', `${program}.js`))];
}

function staticImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, path = ''] of source.matchAll(/^(?:import|export|\})[^;]*?"(\.\/[^"]+)";$/gm)) {
    staticImports(join(dirname(file), path), seen);
  }
  return seen;
}
