import { STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Node } from '../../kube/resources.ts';
import type { Expectations } from './expectations.ts';
import type { Keepsakes } from './keepsakes.ts';

/** Everything of the soak has this label. */
export const SOAK_LABEL = { 'soak.kubectl-nvme.dev/node': 'yes' };
export const STORAGE_CLASS = 'soak';
export const NAMESPACE = 'default';
/** Long enough for a machine to register again. */
export const GRACE_MS = 10_000;

export interface Volume {
  name: string;
  /** Name of its claim, and of the pod that uses it. */
  claim?: string;
}

/** One machine as the soak plays it: its kubelet, its agent and the cloud that made it. */
export interface Machine {
  name: string;
  /** Of its Node. */
  uid: string;
  boot: number;
  volumes: Volume[];
}

/** How often what was done. */
export interface Tally {
  births: number;
  /** Births whose CREATE was answered with the taint. */
  taintedInCreate: number;
  reboots: number;
  returns: number;
  deaths: number;
  claims: number;
  releases: number;
}

export const emptyTally = (): Tally => ({
  ...{ births: 0, taintedInCreate: 0, reboots: 0, returns: 0, deaths: 0, claims: 0, releases: 0 },
});

/** What the lives of machines are played with. */
export interface Stage {
  /** No fault stands before it but a crash of the API server itself. */
  kube: KubeApi;
  expectations: Expectations;
  keepsakes: Keepsakes;
  tally: Tally;
  /** UID of the object that every pod of the soak is controlled by. */
  controllerUID: string;
}

export const bootID = ({ name, boot }: Machine): string => `${name}-boot-${boot}`;

export const isTainted = (node: Node | undefined): boolean =>
  (node?.spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
