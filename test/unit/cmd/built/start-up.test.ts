import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProgram } from '../../../builders/built-program.ts';

/** Every file that is loaded before the first line of a program runs. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, path = ''] of source.matchAll(/^(?:import|export|\})[^;]*?"(\.\/[^"]+)";$/gm)) {
    staticImports(join(dirname(file), path), seen);
  }
  return seen;
}

describe('start-up', () => {
  it.each([
    ['kubectl-nvme', 250_000],
    ['kubectl_complete-nvme', 40_000],
  ])('%s loads less than %d bytes, and neither ink nor the cluster’s client', (program, limit) => {
    const files = [...staticImports(join(dirname(builtProgram(program)), 'lib', `${program}.js`))];
    const sources = files.map((file) => readFileSync(file, 'utf8'));
    expect(files.length).toBeGreaterThan(1);
    expect(sources.reduce((sum, source) => sum + source.length, 0)).toBeLessThan(limit);
    for (const heavy of [
      'react-reconciler',
      'client-node',
      'yoga',
      'node_modules/yaml',
      'class KubeClient',
    ]) {
      expect(sources.filter((source) => source.includes(heavy))).toEqual([]);
    }
  });
});
