import type { CloudProvider } from '../inventory.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import { gcp } from './gcp.ts';
import { generic } from './generic.ts';
import { remote, type DriveTraits, type ProviderRules, type RoleDecision } from './rules.ts';

const RULES: Readonly<Record<CloudProvider, ProviderRules>> = { aws, gcp, azure, generic };

/**
 * Whose a drive is. Whatever one cloud's rules know to be remote is remote under every provider, so that a wrong
 * `provider` never makes a network disk a candidate.
 */
export function providerRole(provider: CloudProvider, drive: DriveTraits): RoleDecision {
  const known = [aws, gcp, azure]
    .map((rules) => rules(drive))
    .find((decision) => decision?.role === 'Remote');
  if (known) return known;
  if (drive.nvme && isFabric(drive)) return remote(`NVMe over ${drive.transport}`);
  return RULES[provider](drive) ?? { role: 'Other', reason: notLocal(provider, drive) };
}

/** NVMe over Fabrics reaches another machine, unless its target is this one. */
const isFabric = ({ transport, loopback }: DriveTraits): boolean =>
  transport !== '' && transport !== 'pcie' && !loopback;

function notLocal(provider: CloudProvider, { model, nvme }: DriveTraits): string {
  if (provider === 'generic') return 'not an NVMe drive';
  const name = model === '' ? (nvme ? 'an NVMe drive without a model' : 'this disk') : `model "${model}"`;
  return `${name} is not a local drive of ${provider}`;
}

/** Whether any provider could call a drive local: what discovery may open before the provider is decided. */
export function mayBeLocal(drive: DriveTraits): boolean {
  return Object.keys(RULES).some(
    (provider) => providerRole(provider as CloudProvider, drive).role === 'Local',
  );
}
