/** Condition types of NVMeNode. */
export const CONDITIONS = {
  /** The drives were read completely. */
  Discovered: 'Discovered',
  /** Every wanted volume is published, and the taint may go. */
  Ready: 'Ready',
  /** A drive or volume is missing or failed; the rest works. */
  Degraded: 'Degraded',
  /** What is on the drives is ours but not what the profile asks for now. */
  Drifted: 'Drifted',
  /** Set-up would have to touch something that may be data. */
  Refused: 'Refused',
  /** A person stopped all changes on this node. */
  Paused: 'Paused',
} as const;
export type ConditionType = keyof typeof CONDITIONS;

/** Reasons of the conditions above and of the Node condition DisksReady. */
export const CONDITION_REASONS = {
  VolumesPublished: 'VolumesPublished',
  SwapOn: 'SwapOn',
  KubeletForbidsSwap: 'KubeletForbidsSwap',
  SettingUp: 'SettingUp',
  KubeletRestartNeeded: 'KubeletRestartNeeded',
  WaitingForRequest: 'WaitingForRequest',
  NoProfile: 'NoProfile',
  NoDrives: 'NoDrives',
  TooFewDrives: 'TooFewDrives',
  ExistingData: 'ExistingData',
  DiscoveryFailed: 'DiscoveryFailed',
  StepFailed: 'StepFailed',
  PlanChanged: 'PlanChanged',
  LayoutDiffers: 'LayoutDiffers',
  DriveMissing: 'DriveMissing',
  /** All drives are here, and a volume is on none of them. */
  VolumeLost: 'VolumeLost',
  PlatformOwnsDrives: 'PlatformOwnsDrives',
  PausedByUser: 'PausedByUser',
  /** Paused by a reset: the drives stay raw until a person asks. */
  Reset: 'Reset',
  /** A person's request was not carried out; the message names it and says why. */
  RequestRefused: 'RequestRefused',
  AsExpected: 'AsExpected',
} as const;
export type ConditionReason = keyof typeof CONDITION_REASONS;

/** Reasons of the Events that we write. */
export const EVENT_REASONS = {
  /** The enrol controller put the startup taint on a node that slipped past the webhook. */
  NVMeTainted: 'NVMeTainted',
  /** The enrol controller took our taint off a node that no profile asks for it any more. */
  NVMeUntainted: 'NVMeUntainted',
  /** The enrol controller wrote another profile into the NVMeNode: another matches now, or somebody had edited it. */
  NVMeProfileSet: 'NVMeProfileSet',
  /** The agent removed the startup taint: drives are ready. */
  NVMeReady: 'NVMeReady',
  NVMeSetupStarted: 'NVMeSetupStarted',
  NVMeSetupFailed: 'NVMeSetupFailed',
  NVMeRefused: 'NVMeRefused',
  /** A drive is gone or does not answer, or a volume is lost; the rest goes on. */
  NVMeDegraded: 'NVMeDegraded',
  /** The agent began to carry out a reset. */
  NVMeResetStarted: 'NVMeResetStarted',
  /** The drives are raw again, and the node is paused. */
  NVMeReset: 'NVMeReset',
  NVMeVolumePublished: 'NVMeVolumePublished',
  /** A released volume was cleaned and proven clean; it is published anew. */
  NVMeVolumeCleaned: 'NVMeVolumeCleaned',
  /** A released volume is not cleaned while somebody may still use it; the message says who. */
  NVMeCleaningHeld: 'NVMeCleaningHeld',
  /** Cleaning a released volume failed; it is tried again. */
  NVMeCleaningFailed: 'NVMeCleaningFailed',
  /** The taint could not be removed although everything is ready. */
  NVMeTaintStuck: 'NVMeTaintStuck',
  /** cleanup removed a claim, a pod or a PV of a node that is gone. */
  NVMeOrphanDeleted: 'NVMeOrphanDeleted',
  /** cleanup would remove it but a rule holds it back; the message says which. */
  NVMeOrphanHeld: 'NVMeOrphanHeld',
  /** A StorageClass of a profile binds claims before their pods have a node. */
  NVMeStorageClassImmediate: 'NVMeStorageClassImmediate',
  /** A pod without a controller uses a volume that is gone; a person must delete it. */
  NVMePodNeedsDeletion: 'NVMePodNeedsDeletion',
  /** Too many nodes vanished unannounced: clean-up deletes nothing until a person approves. */
  NVMeCleanupStopped: 'NVMeCleanupStopped',
  /** A volume whose machine registered again under a new node UID was found on its drives and kept. */
  NVMeVolumeKept: 'NVMeVolumeKept',
  /** A claim that the scheduler had pinned to a node was given a free volume of that node. */
  NVMeClaimBound: 'NVMeClaimBound',
  /** A claim was pinned to a node without a free volume, and another has one: the scheduler picks again. */
  NVMeClaimReleased: 'NVMeClaimReleased',
  /** A Deployment of SPDK was given what its node has now. */
  NVMeSpdkUpdated: 'NVMeSpdkUpdated',
  /** A Deployment of SPDK is left as it is, although it is to be kept current; the message says why. */
  NVMeSpdkHeld: 'NVMeSpdkHeld',
} as const;
export type EventReason = keyof typeof EVENT_REASONS;
