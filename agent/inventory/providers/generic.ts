import { local, remote, type ProviderRules } from './rules.ts';

/** Bare metal and clouds without rules of their own: every NVMe namespace on the machine's own PCIe bus. */
export const generic: ProviderRules = ({ nvme, transport }) => {
  if (!nvme) return undefined;
  return transport === '' || transport === 'pcie' ? local('NVMe drive') : remote(`NVMe over ${transport}`);
};
