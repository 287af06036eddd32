import { GROUP } from './group.ts';

/** Taint that cluster-autoscaler ignores without any flag (its prefix `startup-taint.`), put on at birth. */
export const STARTUP_TAINT_KEY = 'startup-taint.cluster-autoscaler.kubernetes.io/disk-unconfigured';

/** The taint of Materialize's tool: recognised, and removed when the drives are ready. */
export const LEGACY_TAINT_KEY = 'disk-unconfigured';

/** Annotation on the Node: the boot ID for which its drives became ready; written with the taint's removal. */
export const READY_BOOT_ID = `${GROUP}/ready-boot-id`;

/** Annotation on the Node: which taints we put on, as `key:effect,…`; only these are ever taken off without an agent. */
export const TAINTED = `${GROUP}/tainted`;

/** Annotation on the Node: which do-not-disrupt annotations we put on, as `key,…`; only these are ever taken off. */
export const PROTECTED = `${GROUP}/protected`;

/** Annotations by which autoscalers leave a node alone: cluster-autoscaler's and Karpenter's. */
export const DO_NOT_DISRUPT = [
  'cluster-autoscaler.kubernetes.io/scale-down-disabled',
  'karpenter.sh/do-not-disrupt',
] as const;

/** Annotation on the Node: JSON {by, why, at}; while it is there nothing taints, sets up, cleans or resets. */
export const PAUSED = `${GROUP}/paused`;

/** Annotation on the Node: the webhook and the enrol controller leave it alone. */
export const EXEMPT = `${GROUP}/exempt`;

/** Annotation on the webhook's namespace: JSON of the version and the options that it was installed with. */
export const INSTALLATION = `${GROUP}/installation`;

/** Label on the Node: `true` once the volumes are published. */
export const READY_LABEL = `${GROUP}/ready`;

/** Node condition type. */
export const DISKS_READY = `${GROUP}/DisksReady`;

/** Label on what we make, with the program's name as value. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = 'kubectl-nvme';

/** Label on PVs: the Node's name; for lists and watches by selector. */
export const NODE_LABEL = `${GROUP}/node`;

/** Value of `pv.kubernetes.io/provisioned-by`: the PV controller leaves deletion to us. */
export const PROVISIONER = `local.${GROUP}`;
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** Annotations on our PVs. */
export const NODE_UID = `${GROUP}/node-uid`;
export const VOLUME_IDENTITY = `${GROUP}/volume-identity`;
/** Number of drives that the node had when the volume was made: proof of loss needs them all back. */
export const DRIVE_COUNT = `${GROUP}/drive-count`;
/** JSON list of the identities of the drives below: names them to every later plan, whatever is on them then. */
export const DRIVES = `${GROUP}/drives`;
/**
 * Cleanup rules at publication: JSON of CleanupPolicy; a PV without them is only reported. The same annotation on a
 * StorageClass opts its local PVs in that the static provisioner made.
 */
export const CLEANUP = `${GROUP}/cleanup`;
/** How a released volume is cleaned: the profile's `volumes.clean` at publication. */
export const CLEAN = `${GROUP}/clean`;
/** Why the volume cannot be used now, in words: a drive is gone or does not answer. Taken off when it is back. */
export const DEGRADED = `${GROUP}/degraded`;
/** Boot ID in which the agent proved the volume lost. */
export const LOST = `${GROUP}/lost`;

/** Root of our mount points on the host. */
export const MOUNT_ROOT = '/pv-disks';
/** Sub-directory inside the filesystem that a PV points at: absent while the mount is missing. */
export const DATA_DIRECTORY = 'data';

/** Label that cluster-autoscaler ≥ 1.35.1 puts on the nodes that it only imagines. */
export const TEMPLATE_NODE_LABEL = 'cluster-autoscaler.kubernetes.io/template-node';
export const INSTANCE_TYPE_LABEL = 'node.kubernetes.io/instance-type';
/** Annotations on a CSIStorageCapacity of ours: the profile that it speaks for, and the instance type if it knows one. */
export const CAPACITY_PROFILE = `${GROUP}/profile`;
export const CAPACITY_INSTANCE_TYPE = `${GROUP}/instance-type`;

/** Annotation of the scheduler on a claim: the node where it is to be provisioned. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Annotation on a Deployment of SPDK: the node whose hugepages and controllers it was made for. */
export const SPDK_NODE = `${GROUP}/spdk-node`;
/** Annotation on such a Deployment: while it is `true` the controller follows what the node has. */
export const SPDK_KEEP_CURRENT = `${GROUP}/keep-current`;
/**
 * ClusterRole that lets the controller change Deployments, bound to nobody by us; a RoleBinding of the same name lets it
 * into a namespace.
 */
export const SPDK_ROLE = 'kubectl-nvme-spdk';
/** Field manager of what the controller changes in a Deployment. */
export const SPDK_FIELD_MANAGER = 'kubectl-nvme-spdk';

/** Hostname label that local PVs select on. */
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** ConfigMap in the webhook's namespace. Only clean-up's leader writes its `record`, only people its `approved`. */
export const CLEANUP_CONFIG_MAP = 'nvme-webhook-cleanup';
export const CLEANUP_RECORD = 'record';
/** JSON list of PV UIDs that a person released; `kubectl nvme cleanup --approve` writes it. */
export const CLEANUP_APPROVED = 'approved';

/** Namespaces of manifests/base, where the parts are looked for first. */
export const WEBHOOK_NAMESPACE = 'kubectl-nvme';
export const AGENT_NAMESPACE = 'kubectl-nvme-agent';
/** Label of the parts' pods, with the program's name as value. */
export const APP_LABEL = 'app.kubernetes.io/name';
export const AGENT_APP = 'nvme-agent';
