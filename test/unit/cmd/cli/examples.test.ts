import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../../cmd/cli/program.ts';
import { VERBS } from '../../../../cmd/cli/registry.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const PREFIX = 'kubectl nvme ';
const DOCS = readFileSync(join(import.meta.dirname, '../../../../docs/cli.md'), 'utf8');

/** The words of a shell's command line, up to a redirection or the next command. */
function words(command: string): string[] {
  const [own = ''] = command.slice(PREFIX.length).split(/ (?:>|&&|\|) /, 1);
  return [...own.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+(?:'[^']*')?)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain?.replaceAll("'", '') ?? '',
  );
}

describe.each(VERBS.map((entry) => ({ name: entry.path.join(' '), entry })))('$name', ({ name, entry }) => {
  it('has examples that it takes itself', async () => {
    const { usage } = await entry.load();
    expect(usage.examples.length).toBeGreaterThan(0);
    for (const { command } of usage.examples) {
      expect(command.startsWith(PREFIX)).toBe(true);
      const request = await readCommandLine(words(command));
      if (request.kind !== 'verb') throw new Error(`Expected a verb, got help for: ${command}`);
      expect(() => request.verb.prepare(request.invocation)).not.toThrow();
    }
  });

  it('shows them in its help', async () => {
    const { usage } = await entry.load();
    const { stdout, exitCode } = await kubectlNVMe([...entry.path, '--help'], {
      kube: new FakeKube(),
      clock: new SteppedClock(),
    });
    expect(exitCode).toBe(0);
    for (const { command } of usage.examples) expect(stdout).toContain(command);
  });

  it('has a row in docs/cli.md', () => {
    expect(DOCS).toContain(`| \`${name}\` |`);
  });
});
