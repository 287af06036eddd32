import { describe, expect, it } from 'vitest';
import { CONFIG_FLAGS } from '../../../../cmd/cli/config-flags.ts';
import type { Flag } from '../../../../cmd/cli/flag.ts';
import { VERBS } from '../../../../cmd/cli/registry.ts';
import { LINES } from '../../../cluster/cmd/golden/lines.ts';

const all = Object.values(LINES).flat();

const isGiven = ({ long, short }: Flag, line: string): boolean =>
  new RegExp(` (?:--${long}(?=[ =]|$)${short === undefined ? '' : `|-${short}(?=[ =]|$)`})`).test(line);

describe.each(VERBS.map((entry) => ({ name: entry.path.join(' '), entry })))(
  'golden output: $name',
  ({ name, entry }) => {
    const lines = (LINES[name] ?? []).filter((line) => line.includes(`kubectl nvme ${name}`));

    it('covers every flag', async () => {
      const { usage } = await entry.load();
      const missing = usage.flags.filter((flag) => !lines.some((line) => isGiven(flag, line)));
      expect(missing.map(({ long }) => `--${long}`)).toEqual([]);
    });

    it('runs every example of the help', async () => {
      const { usage } = await entry.load();
      const missing = usage.examples.filter(({ command }) => !all.some((line) => line.includes(command)));
      expect(missing.map(({ command }) => command)).toEqual([]);
    });
  },
);

describe('golden output: the flags of every command', () => {
  it('covers each', () => {
    const missing = CONFIG_FLAGS.filter((flag) => !all.some((line) => isGiven(flag, line)));
    expect(missing.map(({ long }) => `--${long}`)).toEqual([]);
  });
});
