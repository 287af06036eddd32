import type { KubeApi } from '../../kube/api.ts';
import { CredentialError } from '../../kube/config-error.ts';
import { explain, type ErrorContext } from '../errors/explain.ts';
import { Interrupted } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';
import { chunkOf } from './chunk-size.ts';
import type { FlagValues } from './flag.ts';
import { interruptible } from './interruptible.ts';
import { readCommandLine, type Request } from './program.ts';
import type { LocalContext } from './verb.ts';

/** The world as `main` hands it over. */
export interface Surroundings extends LocalContext {
  /** Opens the cluster that the configuration flags select; sends nothing yet. Loaded only when it is needed. */
  connect: (config: FlagValues) => Promise<{ kube: KubeApi; host: string; namespace: string }>;
}

/** Exit code after Ctrl-C: 128 + SIGINT. */
const INTERRUPTED = 130;

/** Runs one command line to its exit code. The only place that prints errors. */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stderr, signal } = surroundings;
  const errorContext: ErrorContext = {};
  try {
    const request = await readCommandLine(argv);
    if (request.kind === 'help') surroundings.stdout.write(request.text);
    else await runVerb(request, surroundings, errorContext);
    return 0;
  } catch (error) {
    if (signal.aborted || isInterruption(error)) return INTERRUPTED;
    for (const line of explain(error, errorContext)) stderr.write(`${line}\n`);
    return 1;
  }
}

const isInterruption = (error: unknown): boolean =>
  error instanceof Interrupted || (error instanceof CredentialError && error.interrupted);

async function runVerb(
  request: Request & { kind: 'verb' },
  surroundings: Surroundings,
  errorContext: ErrorContext,
): Promise<void> {
  const prepared = prepare(request);
  if (!prepared.cluster) {
    await prepared.run(surroundings);
    return;
  }
  const { kube, host, namespace } = await surroundings.connect(request.config);
  errorContext.host = host;
  const interrupted = interruptible(kube, surroundings.signal, prepared.chunk);
  await prepared.run({ ...surroundings, kube: interrupted, namespace });
}

/** Adds the verb's name to a complaint about its arguments, for the hint to its help. */
function prepare({ verb, invocation, command }: Request & { kind: 'verb' }) {
  try {
    return { ...verb.prepare(invocation), chunk: chunkOf(invocation.flags) };
  } catch (error) {
    if (error instanceof UsageError && error.command === undefined) {
      throw new UsageError(error.message, { command, cause: error });
    }
    throw error;
  }
}
