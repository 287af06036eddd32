/** API group of both custom resources, and prefix of every label and annotation of ours. */
export const GROUP = 'kubectl-nvme.dev';

/** The only served version. */
export const VERSION = 'v1alpha1';

/** `apiVersion` of NVMeProfile and NVMeNode objects. */
export const API_VERSION = `${GROUP}/${VERSION}`;
