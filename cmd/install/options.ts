/** How the startup taint comes onto new nodes: our webhook, an admission policy of the API server, or not at birth. */
export const ADMISSIONS = ['webhook', 'policy', 'none'] as const;
export type Admission = (typeof ADMISSIONS)[number];

/** How claims meet cluster-autoscaler: by storage capacity, or bound late for those that do not know it. */
export const AUTOSCALINGS = ['capacity', 'late-binding'] as const;
export type Autoscaling = (typeof AUTOSCALINGS)[number];

/** Choices of an installation; it remembers them, so that an upgrade needs none of them again. */
export interface InstallOptions {
  admission: Admission;
  autoscaling: Autoscaling;
  /** Where the image comes from instead of its own registry: `registry.example:5000/mirror`. */
  registry?: string;
  /** Another image altogether: `example.com/nvme:1.2`, or with a digest. */
  image?: string;
  /** Where kubelets keep their data, when that is no place that the agent looks at anyway. */
  kubeletRoot?: string;
  /** Names of Secrets in both namespaces. */
  imagePullSecrets: readonly string[];
}

const DEFAULTS: InstallOptions = { admission: 'webhook', autoscaling: 'capacity', imagePullSecrets: [] };

/** What was given now over what the installation remembers over the defaults. */
export function mergedOptions(
  remembered: Partial<InstallOptions>,
  given: Partial<InstallOptions>,
): InstallOptions {
  return { ...DEFAULTS, ...remembered, ...given };
}
