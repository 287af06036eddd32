import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../cmd/errors/usage.ts';
import { readCommandLine } from '../../../../cmd/cli/program.ts';

async function verbOf(...argv: string[]) {
  const request = await readCommandLine(argv);
  if (request.kind !== 'verb') throw new Error(`Expected a verb, got help: ${request.text}`);
  return request;
}

describe('the command line', () => {
  it('takes configuration flags before and behind the verb', async () => {
    const { config, invocation, command } = await verbOf(
      '--context',
      'a',
      'status',
      'n1',
      '-s',
      'https://x',
      '-o',
      'wide',
    );
    expect(config).toMatchObject({ context: 'a', server: 'https://x' });
    expect(invocation.args).toEqual(['n1']);
    expect(invocation.flags).toMatchObject({ output: 'wide', watch: false, 'no-headers': false });
    expect(command).toBe('kubectl nvme status');
  });

  it('collects repeated groups', async () => {
    const { config } = await verbOf('status', '--as', 'eve', '--as-group', 'a', '--as-group', 'b');
    expect(config).toMatchObject({ as: 'eve', 'as-group': ['a', 'b'] });
  });

  it('knows switches that begin with no-, and their opposite', async () => {
    expect((await verbOf('status', '--no-headers')).invocation.flags).toMatchObject({ 'no-headers': true });
    expect((await verbOf('status', '--no-headers=false')).invocation.flags).toMatchObject({
      'no-headers': false,
    });
  });

  it('waits for a set-up unless told otherwise', async () => {
    expect((await verbOf('setup', 'node', 'n1')).invocation.flags).toMatchObject({ wait: true });
    expect((await verbOf('setup', 'node', 'n1', '--wait=false')).invocation.flags).toMatchObject({
      wait: false,
    });
  });

  it('does not take the node for the value of a bare --dry-run', async () => {
    const { invocation } = await verbOf('setup', 'node', '--dry-run', 'n1');
    expect(invocation).toMatchObject({ args: ['n1'], flags: { 'dry-run': 'client' } });
  });

  it('takes nodes for node, as kubectl does', async () => {
    expect((await verbOf('setup', 'nodes', 'n1')).command).toBe('kubectl nvme setup node');
  });

  it.each([[[]], [['--help']], [['help']], [['setup']], [['status', '-h']], [['help', 'setup', 'node']]])(
    'answers %j with help',
    async (argv) => {
      const request = await readCommandLine(argv);
      expect(request).toMatchObject({
        kind: 'help',
        text: expect.stringMatching(/^Usage: kubectl nvme/) as string,
      });
    },
  );

  it.each([
    [['statsu'], 'unknown command "statsu" for "kubectl nvme"\n\nDid you mean this?\n\tstatus\n'],
    [['setup', 'nod'], 'unknown command "nod" for "kubectl nvme setup"\n\nDid you mean this?\n\tnode\n'],
    [['frobnicate'], 'unknown command "frobnicate" for "kubectl nvme"'],
    [['--foo'], 'unknown flag: --foo'],
    [['status', '--foo=1'], 'unknown flag: --foo'],
    [['status', '--watch=x'], 'invalid argument "x" for "-w, --watch" flag: expected true or false'],
    [['status', '-z'], "unknown shorthand flag: 'z' in -z"],
    [['status', '--output'], 'flag needs an argument: --output'],
  ])('refuses %j in kubectl’s words', async (argv, message) => {
    const refused = readCommandLine(argv);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
