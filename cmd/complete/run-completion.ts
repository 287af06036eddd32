import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { NODE_LABEL } from '../../api/keys.ts';
import { nodes, nvmeProfiles, persistentVolumes } from '../../kube/resources.ts';
import type { NamedKind } from '../cli/flag.ts';
import { complete } from './candidates.ts';

/** The shell waits with the cursor: after this the answer is empty. */
const LIMIT_MS = 2000;

/** Where names come from. */
const KINDS: Readonly<Record<NamedKind, { type: ResourceType<unknown>; labelSelector?: string }>> = {
  nodes: { type: nodes },
  profiles: { type: nvmeProfiles },
  volumes: { type: persistentVolumes, labelSelector: NODE_LABEL },
};

/** Cobra's ShellCompDirectiveNoFileComp: offer no file names. */
const NO_FILES = ':4\n';

export interface CompletionWorld {
  clock: Clock;
  /** Opens the cluster that the command line's own flags select. */
  connect: (line: readonly string[]) => Promise<KubeApi>;
}

/** The answer to `kubectl_complete-nvme WORD…` in cobra's protocol. Never rejects: trouble means no candidates. */
export async function runCompletion(line: readonly string[], world: CompletionWorld): Promise<string> {
  const stop = new AbortController();
  const limit = world.clock.sleep(LIMIT_MS, stop.signal).then(
    () => [],
    () => [],
  );
  const found = candidates(line, world, stop.signal).catch(() => []);
  const words = await Promise.race([found, limit]);
  stop.abort();
  return [...words.map((word) => `${word}\n`), NO_FILES].join('');
}

async function candidates(
  line: readonly string[],
  world: CompletionWorld,
  signal: AbortSignal,
): Promise<string[]> {
  const completion = await complete(line);
  if (completion.kind === 'words') return completion.words;
  const kube = await world.connect(line);
  const options = { signal, timeoutMs: LIMIT_MS };
  const { type, ...selection } = KINDS[completion.of];
  const names = await kube.listNames(type, { ...options, ...selection });
  return names.filter((name) => name.startsWith(completion.prefix) && !completion.taken.includes(name));
}
