/** Whose machines the lab's nodes look like. */
export const clouds = ['generic', 'aws', 'gcp', 'azure'] as const;

/** One of `clouds`. */
export type Cloud = (typeof clouds)[number];

/** What a new node has. */
export interface NodeOptions {
  /** Local NVMe drives; 2 unless told. */
  drives?: number;
  /** Of each local drive, as `2G`; 2G unless told. */
  size?: string;
  cloud?: Cloud;
  /** `project`: the agent's and webhook's image and busybox; `none`: busybox only, for tests of the lab itself. */
  images?: 'project' | 'none';
  /** Set by the kubelet when it registers, as a cloud's node group does: a webhook sees them at Node CREATE. */
  labels?: Readonly<Record<string, string>>;
  /** Set by the kubelet when it registers, as `key=value:Effect`. */
  taints?: readonly string[];
  memoryMiB?: number;
  cpus?: number;
  /** Ports of the guest that get a port of the host's loopback; see `LabNode.forwards`. */
  forwardPorts?: readonly number[];
  /** Merged over the kubelet's configuration, such as `{failSwapOn: false}`. */
  kubeletConfiguration?: Readonly<Record<string, unknown>>;
  /** What `addNode` waits for; `Ready` unless told. */
  until?: 'Ready' | 'Booted' | 'PoweredOn';
}

/** What a new lab has. */
export interface LabOptions extends NodeOptions {
  /** `lab` on the command line; a name of its own for a lab that dies with its owner. */
  name?: string;
  /** 1 unless told. */
  nodes?: number;
  controlPlaneOnly?: boolean;
}

/** A node as it is made when its options say nothing else. */
export const nodeDefaults = {
  drives: 2,
  size: '2G',
  cloud: 'generic',
  images: 'project',
  labels: {},
  taints: [],
  memoryMiB: 3072,
  cpus: 2,
  forwardPorts: [],
  kubeletConfiguration: {},
} as const satisfies NodeOptions;
