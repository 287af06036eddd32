import { describe, expect, it } from 'vitest';
import { normalizeArgv } from '../../../../cmd/cli/argv.ts';
import type { Flag } from '../../../../cmd/cli/flag.ts';

const flags: Flag[] = [
  { long: 'wait', on: true, description: '' },
  { long: 'watch', short: 'w', description: '' },
  { long: 'dry-run', value: 'MODE', bare: 'client', description: '' },
  { long: 'output', short: 'o', value: 'FORMAT', description: '' },
];

describe('spellings of flags', () => {
  it.each([
    ['--wait=false', '--no-wait'],
    ['--wait=true', '--wait'],
    ['-w=false', '--no-watch'],
    ['--dry-run', '--dry-run=client'],
    ['--dry-run=server', '--dry-run=server'],
    ['-o=json', '-ojson'],
    ['-ojson', '-ojson'],
    ['--output=json', '--output=json'],
    ['--unknown=false', '--unknown=false'],
    ['node-1', 'node-1'],
  ])('reads %s as %s', (typed, expected) => {
    expect(normalizeArgv([typed], flags)).toEqual([expected]);
  });

  it.each([
    ['--wait=maybe', 'invalid argument "maybe" for "--wait" flag: expected true or false'],
    ['-w=', 'invalid argument "" for "-w, --watch" flag: expected true or false'],
  ])('refuses %s as kubectl does', (typed, message) => {
    expect(() => normalizeArgv([typed], flags)).toThrow(message);
  });

  it('leaves everything behind -- alone', () => {
    expect(normalizeArgv(['--', '--wait=false'], flags)).toEqual(['--', '--wait=false']);
  });
});
