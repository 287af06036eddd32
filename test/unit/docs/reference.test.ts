import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENT_REASONS } from '../../../api/reasons.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = globSync('{agent,webhook,cmd,kube,orphans,spdk}/**/*.{ts,tsx}', { cwd: root });
const code = sources.map(read).join('\n');

/** First cells of the tables of a page. */
const rows = (page: string): string[] =>
  [...read(page).matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).sort();

describe('docs/metrics.md', () => {
  it('has a row for each metric of the code, and no other', () => {
    const names = [...code.matchAll(/name: '(kubectl_nvme_\w+)'/g)].map(([, name = '']) => name);
    expect(rows('docs/metrics.md')).toEqual([...new Set(names)].sort());
  });

  it('names every label that a metric has', () => {
    const page = read('docs/metrics.md');
    const labelled = code.matchAll(/name: '(kubectl_nvme_\w+)',\s+help: '[^']+',\s+(?:buckets: [^\n]+\s+)?labelNames: \[([^\]]+)\]/g);
    const missing = [...labelled].flatMap(([, name = '', labels = '']) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
      return labels
        .split(',')
        .map((label) => label.replaceAll(/[' ]/g, ''))
        .filter((label) => label !== '' && !row.includes(`\`${label}\``))
        .map((label) => `${name}: ${label}`);
    });
    expect(missing).toEqual([]);
  });
});

describe('docs/events.md', () => {
  it('has a row for each reason, and no other', () => {
    expect(rows('docs/events.md')).toEqual(Object.keys(EVENT_REASONS).sort());
  });

  it('has only reasons that the code gives', () => {
    const used = code.replace(/export const EVENT_REASONS[\s\S]+?as const;/, '');
    const unused = Object.keys(EVENT_REASONS).filter((reason) => !used.includes(`'${reason}'`));
    expect(unused).toEqual([]);
  });
});
