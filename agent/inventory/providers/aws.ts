import { local, remote, type ProviderRules } from './rules.ts';

/**
 * EC2: both kinds are NVMe and differ in the model only; lsblk pads it to 40 characters. An EBS serial is its volume
 * ID (`vol0cd…`), an instance store's begins with `AWS`. Source: Amazon's own udev rules (amazon-ec2-utils).
 */
export const aws: ProviderRules = ({ model, serial, links }) => {
  const ebs =
    /^vol-?[0-9a-f]{8,}$/.test(serial) ||
    links.some((name) => name.startsWith('nvme-Amazon_Elastic_Block_Store_'));
  if (model === 'Amazon Elastic Block Store' || ebs) return remote('Amazon EBS volume');
  return model === 'Amazon EC2 NVMe Instance Storage' ? local('EC2 instance store') : undefined;
};
