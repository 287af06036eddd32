import { runCheck, type Check } from './check.ts';
import { autoscaler } from './checks/autoscaler.ts';
import { hostnames } from './checks/hostnames.ts';
import { hugepages } from './checks/hugepages.ts';
import { installation } from './checks/installation.ts';
import { karpenter } from './checks/karpenter.ts';
import { orphans } from './checks/orphans.ts';
import { paused } from './checks/paused.ts';
import { permissions } from './checks/permissions.ts';
import { platformTaints } from './checks/platform-taints.ts';
import { profiles } from './checks/profiles.ts';
import { classes } from './checks/storage-classes.ts';
import { taints } from './checks/taints.ts';
import { versions } from './checks/versions.ts';
import { webhook } from './checks/webhook.ts';
import type { Finding } from './finding.ts';
import { known, type Survey } from './survey.ts';

/** In the order in which they are printed. */
export const CHECKS: readonly Check[] = [
  versions,
  permissions,
  installation,
  webhook,
  profiles,
  taints,
  platformTaints,
  paused,
  classes,
  autoscaler,
  karpenter,
  hugepages,
  orphans,
  hostnames,
];

/** All that apply: without an installation most have nothing to look at. */
export function runChecks(survey: Survey): Finding[] {
  const isInstalled = !('value' in survey.served) || known(survey.served);
  return CHECKS.filter((check) => isInstalled || check.installed !== true).flatMap((check) =>
    runCheck(check, survey),
  );
}
