import type { Cloud } from '../options.ts';

/** What a cloud's node group and controller put on a Node. */
export interface CloudFacts {
  /** Set by the kubelet as it registers. */
  registrationLabels: Readonly<Record<string, string>>;
  /** Set by the cloud's controller a moment later. */
  controllerLabels: Readonly<Record<string, string>>;
  providerID: string;
  /** Where that cloud's images keep the kubelet's configuration. */
  kubeletConfigPath: string;
}

interface CloudProfile {
  registrationLabels: Readonly<Record<string, string>>;
  instanceType: string;
  region: string;
  zone: string;
  providerID: (name: string, machineID: string) => string;
  kubeletConfigPath: string;
}

const profiles: Readonly<Record<Cloud, CloudProfile>> = {
  generic: {
    registrationLabels: {},
    instanceType: 'lab',
    region: 'lab',
    zone: 'lab-a',
    providerID: (_, machineID) => `lab://${machineID}`,
    kubeletConfigPath: '/var/lib/kubelet/config.yaml',
  },
  aws: {
    registrationLabels: { 'aws.amazon.com/eks-local-ssd': 'true', 'eks.amazonaws.com/nodegroup': 'lab' },
    instanceType: 'i4i.xlarge',
    region: 'us-east-1',
    zone: 'us-east-1a',
    providerID: (_, machineID) => `aws:///us-east-1a/i-0${machineID.slice(0, 16)}`,
    kubeletConfigPath: '/etc/kubernetes/kubelet/config.json',
  },
  gcp: {
    registrationLabels: {
      'cloud.google.com/gke-local-nvme-ssd': 'true',
      'cloud.google.com/gke-nodepool': 'lab',
    },
    instanceType: 'n2-standard-4',
    region: 'us-central1',
    zone: 'us-central1-a',
    providerID: (name) => `gce://lab/us-central1-a/${name}`,
    kubeletConfigPath: '/home/kubernetes/kubelet-config.yaml',
  },
  azure: {
    registrationLabels: { 'kubernetes.azure.com/agentpool': 'lab' },
    instanceType: 'Standard_L8s_v3',
    region: 'eastus',
    zone: 'eastus-1',
    providerID: (name) =>
      `azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/lab/providers/Microsoft.Compute/virtualMachines/${name}`,
    kubeletConfigPath: '/var/lib/kubelet/config.yaml',
  },
};

/** The facts of one machine. A machine ID makes the provider ID of an EC2 instance; GCP and Azure name it by its name. */
export function cloudFacts(cloud: Cloud, name: string, machineID: string): CloudFacts {
  const profile = profiles[cloud];
  return {
    registrationLabels: profile.registrationLabels,
    controllerLabels: {
      'node.kubernetes.io/instance-type': profile.instanceType,
      'topology.kubernetes.io/region': profile.region,
      'topology.kubernetes.io/zone': profile.zone,
    },
    providerID: profile.providerID(name, machineID),
    kubeletConfigPath: profile.kubeletConfigPath,
  };
}
