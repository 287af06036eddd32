import { local, remote, type ProviderRules } from './rules.ts';

/**
 * Compute Engine: local SSDs are `nvme_card`, or `nvme_card<N>` with a controller each; persistent disks are
 * `nvme_card-pd` or SCSI. SCSI local SSDs are known by their link. Source: google-guest-configs' udev rules.
 */
export const gcp: ProviderRules = ({ model, vendor, nvme, links }) => {
  const persistent = links.some((name) => /^google-(?!local-)/.test(name));
  if (model === 'nvme_card-pd' || (persistent && nvme)) return remote('Google persistent disk');
  if (nvme && /^nvme_card\d*$/.test(model)) return local('Google local SSD');
  if (vendor === 'Google' && links.some((name) => /^google-local-ssd-(?:block)?\d+$/.test(name))) {
    return { ...local('Google local SSD on SCSI'), onRequest: true };
  }
  return vendor === 'Google' && model === 'PersistentDisk' ? remote('Google persistent disk') : undefined;
};
