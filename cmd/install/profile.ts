import { selectorMatches } from '../../api/selector.ts';
import { API_VERSION } from '../../api/group.ts';
import type { LabelSelector } from '../../api/meta.ts';
import type { NVMeProfile, Provider } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes } from '../../kube/resources.ts';
import { UsageError } from '../errors/usage.ts';
import type { ManifestBundle, ManifestObject } from './bundle.ts';

/** Which profile is installed along, and what of it is different. */
export interface ProfileChoice {
  /** Name of one that comes with the program, else a file, `-` for stdin. */
  source: string;
  provider?: Provider;
  /** Labels of the nodes that it is for, instead of its own selector. */
  nodeSelector?: Record<string, string>;
}

export type InstalledProfile = ManifestObject & Pick<NVMeProfile, 'spec'>;

/** The chosen profile; `readText` opens a file. */
export async function chosenProfile(
  choice: ProfileChoice,
  { profiles }: ManifestBundle,
  readText: (path: string) => Promise<string>,
): Promise<InstalledProfile> {
  const { source, provider, nodeSelector } = choice;
  const object: InstalledProfile =
    profiles[source] ?? (await fromFile(source, Object.keys(profiles), readText));
  const spec = {
    ...object.spec,
    ...(provider === undefined ? {} : { provider }),
    ...(nodeSelector === undefined ? {} : { nodeSelector: { matchLabels: nodeSelector } }),
  };
  return { ...object, spec };
}

async function fromFile(
  path: string,
  known: readonly string[],
  readText: (path: string) => Promise<string>,
): Promise<InstalledProfile> {
  const text = await readText(path).catch((cause: unknown) => {
    throw new UsageError(
      `no profile "${path}": expected one of ${known.join(', ')}, or a file (${(cause as Error).message})`,
      { cause },
    );
  });
  const object = await parsed(path, text);
  if (object?.apiVersion === API_VERSION && object.kind === 'NVMeProfile' && object.metadata?.name) {
    return object as InstalledProfile;
  }
  throw new UsageError(
    `${path}: expected one NVMeProfile of ${API_VERSION} with a name, got ${object?.kind ?? 'none'} of ${object?.apiVersion ?? 'no apiVersion'}`,
  );
}

async function parsed(path: string, text: string): Promise<Partial<InstalledProfile> | null> {
  const { parse } = await import('yaml');
  try {
    return parse(text) as Partial<InstalledProfile> | null;
  } catch (cause) {
    throw new UsageError(`${path}: expected one NVMeProfile as YAML or JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** How to give the profile its first node when it has none; undefined when it has some or they cannot be read. */
export async function missingNodesHint(
  kube: KubeApi,
  profile: InstalledProfile,
): Promise<string | undefined> {
  const selector: LabelSelector = profile.spec?.nodeSelector ?? {};
  const { items } = await kube.listAll(nodes);
  if (items.some(({ metadata }) => selectorMatches(selector, metadata?.labels ?? {}))) return undefined;
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const how = labels.length === 0 ? '' : `; mark one with: kubectl label node NODE ${labels.join(' ')}`;
  return `No node matches the profile ${profile.metadata.name} yet${how}`;
}
