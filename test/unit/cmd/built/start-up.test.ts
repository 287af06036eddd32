import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesAtStart } from '../../../builders/static-imports.ts';

describe('start-up', () => {
  it.each([
    ['kubectl-nvme', 250_000],
    ['kubectl_complete-nvme', 40_000],
  ])('%s loads less than %d bytes, and neither ink nor the cluster’s client', (program, limit) => {
    const files = filesAtStart(program);
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
