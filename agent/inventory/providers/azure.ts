import { local, remote, type DriveTraits, type ProviderRules } from './rules.ts';

const DIRECT_DISKS = new Set(['Microsoft NVMe Direct Disk', 'Microsoft NVMe Direct Disk v2']);

/**
 * Azure: "Direct Disk" is local. The "Accelerator" carries the remote disks as namespaces: 1 is the OS disk, from 2 on
 * data disks with LUN nsid − 2. The SCSI resource disk is local as well, but Azure's tools own it. Source:
 * azure-vm-utils' udev rules.
 */
export const azure: ProviderRules = (drive) => {
  const { model, nsid, links } = drive;
  const accelerator = links.some((name) => name.startsWith('nvme-MSFT_NVMe_Accelerator_'));
  if (model === 'MSFT NVMe Accelerator v1.0' || accelerator) {
    return remote(nsid === 1 ? 'Azure OS disk' : `Azure data disk LUN ${nsid - 2}`);
  }
  return DIRECT_DISKS.has(model) ? local('Azure NVMe Direct Disk') : scsi(drive);
};

function scsi({ vendor, model, labels }: DriveTraits) {
  if (vendor !== 'Msft' || !/^Virtual[ _]Disk$/.test(model)) return undefined;
  return labels.includes('Temporary Storage')
    ? { ...local('Azure temporary disk'), onRequest: true as const }
    : remote('Azure disk');
}
