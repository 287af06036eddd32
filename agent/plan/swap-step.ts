import type { KubeletConfigKind } from '../../api/snapshot.ts';
import type { SwapSysctl } from '../../api/swap.ts';

/** Steps of the Swap layout, see step.ts. */
export type SwapStep =
  | MarkSwapStep
  | CryptOpenStep
  | MkswapStep
  | SwapOnStep
  | SwapOffStep
  | CryptCloseStep
  | ConfigureKubeletStep
  | RestartKubeletStep
  | RestoreKubeletStep
  | SetSysctlStep;

/**
 * Makes a small swap area at the start of a drive that only says whose the rest is: what lies behind a random key has
 * no signature that anybody could read.
 */
export interface MarkSwapStep {
  kind: 'mark-swap';
  name: string;
  device: string;
  uuid: string;
  /** UUIDs of half-made things of ours that it may overwrite, beside its own. */
  replaces: string[];
}

/** Maps the drive behind its mark under a new random key, which nobody keeps. */
export interface CryptOpenStep {
  kind: 'crypt-open';
  name: string;
  device: string;
  /** Name below /dev/mapper. */
  mapping: string;
  /** UUID of the mark that the drive must carry. */
  uuid: string;
  /** Bytes that are encrypted at once: a page where the drive's size is a multiple of it. */
  sectorSize: 512 | 4096;
}

export interface MkswapStep {
  kind: 'mkswap';
  name: string;
  device: string;
  uuid: string;
  /** UUIDs of half-made things of ours that it may overwrite, beside its own. */
  replaces: string[];
  /** The drive below, when the device is a mapping of ours: what it then shows is noise, whatever it looks like. */
  mappingOf?: string;
}

export interface SwapOnStep {
  kind: 'swapon';
  name: string;
  device: string;
  /** UUID of the swap area that the device must carry. */
  uuid: string;
  /** Checked: a kubelet runs that allows swap. NotRunning: none runs yet, and the one to come will allow it. */
  kubelet: 'Checked' | 'NotRunning';
}

/** The kernel reads back what it has swapped out there. */
export interface SwapOffStep {
  kind: 'swapoff';
  name: string;
  device: string;
  /** UUID of the swap area that the device must carry. */
  uuid: string;
}

/** Takes our mapping off a drive; with it goes the key. */
export interface CryptCloseStep {
  kind: 'crypt-close';
  name: string;
  /** The drive below. */
  device: string;
  /** Name below /dev/mapper. */
  mapping: string;
}

/** Has the kubelet allow swap: writes its configuration, restarts it and waits for it; takes all back if it stays away. */
export interface ConfigureKubeletStep {
  kind: 'configure-kubelet';
  name: string;
  /**
   * `file`: its configuration is edited; `drop-in`: one is added to its `--config-dir`; `variable`: it gets its first
   * configuration, by the variable of its unit; `bottlerocket`: by the host's API.
   */
  how: KubeletConfigKind;
  path: string;
  unit: string;
}

/** A kubelet reads the size of swap once, at its start (setCachedMachineInfo in pkg/kubelet/kubelet.go). */
export interface RestartKubeletStep {
  kind: 'restart-kubelet';
  name: string;
  unit: string;
}

/** Gives the kubelet's files the text from before `configure-kubelet`, and restarts it. */
export interface RestoreKubeletStep {
  kind: 'restore-kubelet';
  name: string;
  unit: string;
}

export interface SetSysctlStep {
  kind: 'set-sysctl';
  name: string;
  sysctl: SwapSysctl;
  value: string;
}

const KINDS: ReadonlySet<string> = new Set<SwapStep['kind']>([
  ...(['mark-swap', 'crypt-open', 'mkswap', 'swapon', 'swapoff', 'crypt-close'] as const),
  ...(['configure-kubelet', 'restart-kubelet', 'restore-kubelet', 'set-sysctl'] as const),
]);

/** Whether a step is one of these. */
export const isSwapStep = (step: { kind: string }): step is SwapStep => KINDS.has(step.kind);
