import type { DriveOverrides, RootOverrides } from '../machine.ts';

/** A made-up machine type: what its own local drives look like, and what else hangs there. */
export interface Cloud {
  provider: 'aws' | 'gcp' | 'azure' | 'generic';
  dmi: Record<string, string>;
  providerID?: string;
  root: RootOverrides;
  /** The kernel name and looks of its local drives, by place from 1. */
  local: (place: number) => NamedDrive;
  /** Drives that are never anybody's local NVMe, by place from 1. */
  foreign: Readonly<Record<string, (place: number) => NamedDrive>>;
}

export interface NamedDrive extends DriveOverrides {
  name: string;
}

const GIB = 2 ** 30;
const pad = (place: number): string => String(place).padStart(6, '0');
/** A controller of its own for each place. */
const address = (place: number): string => `0000:${pad(place).slice(-2)}:00.0`;
const alone = (place: number) => ({ name: `nvme${place}n1`, address: address(place) });

const ebs = (place: number): NamedDrive => ({
  ...alone(place),
  model: 'Amazon Elastic Block Store',
  serial: `vol0a1b2c3d4e${pad(place)}`,
});

const ec2 = (place: number): NamedDrive => {
  const serial = `AWS3CEF3078A8${pad(place)}`;
  const link = `nvme-Amazon_EC2_NVMe_Instance_Storage_${serial}`;
  return { ...alone(place), serial, links: [link, `${link}_1`, `${link}-ns-1`] };
};

const aws: Cloud = {
  provider: 'aws',
  dmi: { sys_vendor: 'Amazon EC2' },
  providerID: 'aws:///eu-west-1a/i-0a1b2c3d4e5f60718',
  root: {},
  local: ec2,
  foreign: {
    ebs,
    ebsWithTheModelCut: (place) => ({ ...ec2(place), ...ebs(place), model: 'Amazon' }),
    otherModel: (place) => ({ ...ec2(place), model: 'Amazon EC2 NVMe Instance Storage Pro' }),
    fabric: (place) => ({ ...ec2(place), transport: 'tcp' }),
  },
};

const googleRoot: RootOverrides = { name: 'sda', model: 'PersistentDisk', vendor: 'Google', serial: 'root' };
const googleDisk = (place: number): NamedDrive => ({
  ...alone(place),
  model: 'nvme_card-pd',
  serial: 'nvme_card-pd',
  links: [`google-data-${place}`],
});
const gcpForeign: Cloud['foreign'] = {
  persistentDisk: googleDisk,
  persistentDiskByLink: (place) => ({ ...googleDisk(place), model: '' }),
  scsiLocal: (place) => ({
    name: `sd${String.fromCharCode(100 + place)}`,
    model: 'EphemeralDisk',
    vendor: 'Google',
    links: [`google-local-ssd-${place}`],
  }),
};

/** Second and third generation: all local SSDs are namespaces of one controller, with the same serial number. */
const gcpOneController: Cloud = {
  provider: 'gcp',
  dmi: { product_name: 'Google Compute Engine' },
  providerID: 'gce://project/europe-west1-b/node',
  root: googleRoot,
  local: (place) => ({
    name: `nvme30n${place}`,
    model: 'nvme_card',
    serial: 'nvme_card',
    size: 375 * GIB,
    nsid: place,
    address: '0000:00:04.0',
    links: [`google-local-nvme-ssd-${place - 1}`, `nvme-nvme_card_nvme_card_${place}`],
    row: { 'log-sec': 4096 },
  }),
  foreign: gcpForeign,
};

const gcpOwnControllers: Cloud = {
  ...gcpOneController,
  local: (place) => ({
    ...alone(place),
    model: `nvme_card${place}`,
    serial: 'nvme_card',
    links: [`google-local-nvme-ssd-${place}`],
  }),
};

const azureForeign: Cloud['foreign'] = {
  dataDisk: (place) => ({
    name: `nvme40n${place + 1}`,
    model: 'MSFT NVMe Accelerator v1.0',
    serial: 'SN: 00001',
    nsid: place + 1,
    address: '0000:c0:00.0',
  }),
  dataDiskByLink: (place) => ({
    ...alone(place),
    model: '',
    serial: `r${place}`,
    links: [`nvme-MSFT_NVMe_Accelerator_v1.0_SN:_${place}`],
  }),
  temporaryDisk: (place) => ({
    name: `sd${String.fromCharCode(100 + place)}`,
    model: 'Virtual_Disk',
    vendor: 'Msft',
    row: { label: 'Temporary Storage', fstype: 'ntfs' },
  }),
  scsiDataDisk: (place) => ({
    name: `sd${String.fromCharCode(110 + place)}`,
    model: 'Virtual Disk',
    vendor: 'Msft',
  }),
};

const azure: Cloud = {
  provider: 'azure',
  dmi: { sys_vendor: 'Microsoft Corporation', chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' },
  providerID: 'azure:///subscriptions/x/virtualMachines/0',
  root: { name: 'sda', model: 'Virtual_Disk', vendor: 'Msft', serial: '6002248' },
  local: (place) => ({
    ...alone(place),
    model: `Microsoft NVMe Direct Disk${place % 2 === 0 ? ' v2' : ''}`,
    serial: `a1b2c3d4${pad(place)}`,
  }),
  foreign: azureForeign,
};

const samsung = (place: number): NamedDrive => ({
  ...alone(place),
  model: 'SAMSUNG MZWLR3T8HBLS-00007',
  serial: `S6EXNE0T1${pad(place)}`,
  numaNode: place % 2,
});

const metal: Cloud = {
  provider: 'generic',
  dmi: { sys_vendor: 'Dell Inc.', product_name: 'PowerEdge R7525' },
  root: { name: 'sda', model: 'DELLBOSS_VD', serial: '0a1b2c3d' },
  local: samsung,
  foreign: {
    sata: (place) => ({ name: `sd${String.fromCharCode(100 + place)}`, model: 'SAMSUNG MZ7LH960' }),
    overTcp: (place) => ({ ...samsung(place), transport: 'tcp' }),
    overRdma: (place) => ({ ...samsung(place), transport: 'rdma' }),
    pathOfMultipath: (place) => ({ ...samsung(place), name: `nvme${place}c0n1` }),
  },
};

export const CLOUDS: readonly Cloud[] = [aws, gcpOneController, gcpOwnControllers, azure, metal];
