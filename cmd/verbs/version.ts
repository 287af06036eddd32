import { textOf } from '../cli/flag.ts';
import { localVerb, type Invocation, type LocalContext } from '../cli/verb.ts';
import { programVersion } from '../cli/version.ts';
import { UsageError } from '../errors/usage.ts';
import { toJson } from '../print/json.ts';

interface VersionOp {
  output: 'text' | 'json' | 'yaml';
}

/** `kubectl nvme version`: what this program is, without asking the cluster. */
export const version = localVerb<VersionOp>({
  usage: {
    args: '',
    maxArgs: 0,
    description: 'Print the version of this plugin and of the Node.js that runs it.',
    examples: [{ comment: 'Print the version', command: 'kubectl nvme version' }],
    flags: [
      {
        long: 'output',
        short: 'o',
        value: 'FORMAT',
        candidates: ['json', 'yaml'],
        description: 'One of json, yaml',
      },
    ],
  },
  parse,
  run,
});

function parse({ args, flags }: Invocation): VersionOp {
  if (args.length > 0) throw new UsageError(`extra arguments: [${args.join(' ')}]`);
  const output = textOf(flags, 'output') ?? 'text';
  if (output === 'text' || output === 'json' || output === 'yaml') return { output };
  throw new UsageError("--output must be 'yaml' or 'json'");
}

async function run({ output }: VersionOp, { stdout }: LocalContext): Promise<void> {
  const clientVersion = {
    gitVersion: `v${programVersion()}`,
    nodeVersion: process.version,
    platform: `${process.platform}/${process.arch}`,
  };
  if (output === 'json') stdout.write(toJson({ clientVersion }));
  else if (output === 'yaml') stdout.write((await import('../print/yaml.ts')).toYaml({ clientVersion }));
  else stdout.write(`Client Version: ${clientVersion.gitVersion}\n`);
}
