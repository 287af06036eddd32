import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findVerb } from '../../../../cmd/cli/registry.ts';

describe('the ways out', () => {
  it('name only verbs that there are', () => {
    const folder = join(import.meta.dirname, '..', '..', '..', '..', 'cmd', 'doctor', 'checks');
    const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const named = text.flatMap((source) => [...source.matchAll(/kubectl nvme ((?:list |setup )?[a-z-]+)/g)]);
    const words = [...new Set(named.map(([, verb = '']) => verb))];
    expect(words.length).toBeGreaterThan(3);
    expect(words.filter((verb) => findVerb(verb.split(' ')) === undefined)).toEqual([]);
  });
});
