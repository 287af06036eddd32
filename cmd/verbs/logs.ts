import { parseDuration } from '../../api/duration.ts';
import { podLogPath, type PodLogOptions } from '../../kube/pod-log.ts';
import { isOn, textOf, type FlagValues } from '../cli/flag.ts';
import { nodeNames } from '../cli/node-names.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { AGENT_CONTAINER, agentPod } from '../logs/agent-pod.ts';

interface LogsOp {
  node: string;
  options: PodLogOptions;
}

/** `kubectl nvme logs`: what the agent on a node says. */
export const logs = clusterVerb<LogsOp>({
  usage: {
    args: 'NODE',
    candidates: 'nodes',
    maxArgs: 1,
    description: 'Print the log of the nvme-agent on a node, one JSON object a line.',
    examples: [
      { comment: 'The last lines, and what comes', command: 'kubectl nvme logs worker-1 --tail 20 -f' },
      { comment: 'Why it restarted', command: 'kubectl nvme logs worker-1 --previous' },
    ],
    flags: [
      { long: 'follow', short: 'f', description: 'Go on with what is logged from now on' },
      { long: 'previous', short: 'p', description: 'The log before the last restart' },
      { long: 'timestamps', description: 'Begin each line with the time at which the node got it' },
      { long: 'tail', value: 'N', description: 'Only the last N lines; -1 means all (default)' },
      { long: 'since', value: 'DURATION', description: 'Only what is newer than this, such as 5m' },
    ],
  },
  parse,
  run,
});

function parse({ args, flags }: Invocation): LogsOp {
  const [node, ...more] = nodeNames(args);
  if (node === undefined) throw new UsageError('NODE is required: kubectl nvme logs NODE');
  if (more.length > 0) throw new UsageError(`expected one node, got ${args.length}: ${args.join(' ')}`);
  return {
    node,
    options: {
      container: AGENT_CONTAINER,
      follow: isOn(flags, 'follow'),
      previous: isOn(flags, 'previous'),
      timestamps: isOn(flags, 'timestamps'),
      ...tailOf(flags),
      ...sinceOf(flags),
    },
  };
}

function tailOf(flags: FlagValues): Pick<PodLogOptions, 'tailLines'> {
  const text = textOf(flags, 'tail') ?? '-1';
  if (!/^(?:-1|\d+)$/.test(text)) {
    throw new UsageError(`invalid argument "${text}" for "--tail" flag: expected a number of lines, or -1`);
  }
  return text === '-1' ? {} : { tailLines: Number(text) };
}

function sinceOf(flags: FlagValues): Pick<PodLogOptions, 'sinceSeconds'> {
  const text = textOf(flags, 'since');
  if (text === undefined) return {};
  try {
    // The API counts whole seconds, at least one.
    return { sinceSeconds: Math.max(1, Math.ceil(parseDuration(text) / 1000)) };
  } catch (cause) {
    throw new UsageError(`invalid argument "${text}" for "--since" flag: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function run({ node, options }: LogsOp, { kube, stdout }: Context): Promise<void> {
  const pod = await agentPod(kube, node);
  for await (const piece of kube.stream(podLogPath(pod, options))) stdout.write(piece);
}
