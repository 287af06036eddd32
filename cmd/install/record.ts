import { INSTALLATION } from '../../api/keys.ts';
import { HOME_NAMESPACE } from '../../api/parts.ts';
import type { KubeApi } from '../../kube/api.ts';
import { absent } from '../../kube/absent.ts';
import { namespaces } from '../../kube/resources.ts';
import type { InstallOptions } from './options.ts';

/** What an installation says about itself, in an annotation of its namespace. */
export interface InstallationRecord {
  /** Of the program that installed it. */
  version?: string;
  options: Partial<InstallOptions>;
}

export const recordText = (record: InstallationRecord): string => JSON.stringify(record);

/** Undefined when nothing is installed; an installation by `kubectl apply -k` has a record without a version. */
export async function readRecord(kube: KubeApi): Promise<InstallationRecord | undefined> {
  const namespace = await absent(kube.get(namespaces, HOME_NAMESPACE));
  return namespace && parseRecord(namespace.metadata?.annotations?.[INSTALLATION]);
}

function parseRecord(text: string | undefined): InstallationRecord {
  if (text === undefined) return { options: {} };
  try {
    const { version, options = {} } = JSON.parse(text) as Partial<InstallationRecord>;
    return { options, ...(version === undefined ? {} : { version }) };
  } catch (cause) {
    throw new Error(
      `The annotation ${INSTALLATION} of namespace ${HOME_NAMESPACE} is not ours: expected JSON, got \`${text}\`. ` +
        `Remove it with: kubectl annotate namespace ${HOME_NAMESPACE} ${INSTALLATION}-`,
      { cause },
    );
  }
}
