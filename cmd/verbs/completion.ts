import { localVerb, type Invocation, type LocalContext } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';

const TEXT = `kubectl completes plugins through a second program, kubectl_complete-nvme, which comes with this one.

1. Put both on the PATH, for example:
     ln -s "$(dirname "$(readlink -f "$(command -v kubectl-nvme)")")/kubectl_complete-nvme" /usr/local/bin/
2. Switch on kubectl's own completion, for example in ~/.bashrc:
     source <(kubectl completion bash)

Then: kubectl nvme st<TAB>
`;

/** `kubectl nvme completion`: kubectl's shell completion does the work; this says what it needs. */
export const completion = localVerb<undefined>({
  usage: {
    args: '',
    maxArgs: 0,
    description: 'Say how to switch on shell completion for this plugin.',
    examples: [{ comment: 'Show what to do', command: 'kubectl nvme completion' }],
    flags: [],
  },
  parse({ args }: Invocation) {
    const [shell] = args;
    if (shell !== undefined && !['bash', 'zsh', 'fish', 'powershell'].includes(shell)) {
      throw new UsageError(`unsupported shell type "${shell}"`);
    }
    return undefined;
  },
  run(_op: undefined, { stdout }: LocalContext) {
    stdout.write(TEXT);
    return Promise.resolve();
  },
});
