import type { Provider } from '../../../api/profile.ts';
import type { CloudProvider } from '../inventory.ts';

/** What the provider can be told from. */
export interface ProviderFacts {
  dmi: Readonly<Record<string, string>>;
  /** Trimmed models of all drives. */
  models: readonly string[];
  /** Names under /dev/disk/by-id. */
  links: readonly string[];
  /** `spec.providerID` of the Node. */
  providerID?: string;
}

export interface ProviderDecision {
  provider: CloudProvider;
  /** The fact that decided, in words. */
  fact: string;
}

/** Strings in /sys/class/dmi/id that only the cloud's own machines carry. */
const DMI: readonly [string, RegExp, CloudProvider][] = [
  ['sys_vendor', /^Amazon EC2$/, 'aws'],
  ['bios_vendor', /^Amazon EC2$/, 'aws'],
  ['product_name', /^Google Compute Engine$/, 'gcp'],
  ['sys_vendor', /^Google$/, 'gcp'],
  // Azure's fixed asset tag; Hyper-V elsewhere has the same vendor but another tag.
  ['chassis_asset_tag', /^7783-7084-3265-9085-8269-3286-77$/, 'azure'],
];

const MODELS: readonly [RegExp, CloudProvider][] = [
  [/^Amazon (?:EC2 NVMe Instance Storage|Elastic Block Store)$/, 'aws'],
  [/^nvme_card(?:\d*|-pd)$/, 'gcp'],
  [/^(?:Microsoft NVMe Direct Disk(?: v2)?|MSFT NVMe Accelerator v1\.0)$/, 'azure'],
];

const LINKS: readonly [RegExp, CloudProvider][] = [
  [/^nvme-Amazon_/, 'aws'],
  [/^google-/, 'gcp'],
  [/^nvme-(?:Microsoft|MSFT)_NVMe_/, 'azure'],
];

const PROVIDER_IDS: readonly [RegExp, CloudProvider][] = [
  [/^aws:\/\//, 'aws'],
  [/^gce:\/\//, 'gcp'],
  [/^azure:\/\//, 'azure'],
];

/** The provider that was asked for, or for `auto` the one that the machine's own facts tell, firmware first. */
export function decideProvider(wanted: Provider, facts: ProviderFacts): ProviderDecision {
  if (wanted !== 'auto') return { provider: wanted, fact: `provider ${wanted} was asked for` };
  return (
    byDmi(facts.dmi) ??
    byText('drive model', facts.models, MODELS) ??
    byText('by-id link', facts.links, LINKS) ??
    byText(
      "the Node's providerID",
      facts.providerID === undefined ? [] : [facts.providerID],
      PROVIDER_IDS,
    ) ?? {
      provider: 'generic',
      fact: 'nothing on the machine tells of a known cloud',
    }
  );
}

function byDmi(dmi: ProviderFacts['dmi']): ProviderDecision | undefined {
  for (const [field, pattern, provider] of DMI) {
    const value = dmi[field]?.trim();
    if (value !== undefined && pattern.test(value)) return { provider, fact: `DMI ${field} is "${value}"` };
  }
  return undefined;
}

function byText(
  what: string,
  texts: readonly string[],
  table: readonly [RegExp, CloudProvider][],
): ProviderDecision | undefined {
  for (const [pattern, provider] of table) {
    const found = texts.find((text) => pattern.test(text));
    if (found !== undefined) return { provider, fact: `${what} is "${found}"` };
  }
  return undefined;
}
