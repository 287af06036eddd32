import type { KubeApi } from '../../kube/api.ts';
import { compareVersions } from '../../kube/version-order.ts';
import type { Context } from '../cli/verb.ts';
import { programVersion } from '../cli/version.ts';
import { Failure, Interrupted } from '../errors/exit.ts';
import { deadline } from '../follow/deadline.ts';
import { applyAll } from './apply.ts';
import type { ManifestBundle, ManifestObject } from './bundle.ts';
import { configured } from './configure.ts';
import { mergedOptions, type InstallOptions } from './options.ts';
import { chosenProfile, missingNodesHint, type InstalledProfile, type ProfileChoice } from './profile.ts';
import { readRecord, type InstallationRecord } from './record.ts';
import { inStages } from './stages.ts';
import { removeUnwanted } from './unwanted.ts';
import { waitEstablished, waitReady } from './wait-ready.ts';

export interface InstallOp {
  /** Only those that were given. */
  options: Partial<InstallOptions>;
  profile?: ProfileChoice;
  force: boolean;
  wait: boolean;
  /** Milliseconds for everything that is waited for, 0 for no limit. */
  timeoutMs: number;
}

/** The objects that an installation consists of, the profile last. */
export async function installation(
  op: InstallOp,
  context: Pick<Context, 'bundle' | 'readText'>,
  record?: InstallationRecord,
): Promise<{ objects: ManifestObject[]; profile?: InstalledProfile; bundle: ManifestBundle }> {
  const bundle = await context.bundle();
  const options = mergedOptions(record?.options ?? {}, op.options);
  const objects = configured(bundle, options, programVersion());
  if (op.profile === undefined) return { objects, bundle };
  return { objects, bundle, profile: await chosenProfile(op.profile, bundle, context.readText) };
}

/** Installs, or brings an installation to this program's version; safe to be stopped and run again. */
export async function runInstall(op: InstallOp, context: Context): Promise<void> {
  const record = await readRecord(context.kube);
  const { objects, profile, bundle } = await installation(op, context, record);
  await refuseOldCluster(context.kube, objects);
  const limit = deadline(context.clock, context.signal, op.timeoutMs);
  const { kube, stdout, stderr } = context;
  const applying = { kube, stdout, force: op.force };
  const { foundation, rules, workloads } = inStages(objects);
  try {
    await applyAll(foundation, applying);
    // Not a matter of --wait: the next objects are refused without.
    await waitEstablished(foundation, context, limit);
    await applyAll(rules, applying);
    await applyAll(workloads, applying);
    if (profile) await applyAll([profile], applying);
    if (op.wait) await waitReady(context, limit);
    // Last, because a webhook of the old kind registers itself again as long as it runs.
    await removeUnwanted(context, bundle, objects);
    const hint = profile && (await missingNodesHint(kube, profile));
    if (hint !== undefined) stderr.write(`Note: ${hint}\n`);
  } catch (error) {
    if (context.signal.aborted) throw new Interrupted('interrupted', { cause: error });
    throw error;
  } finally {
    limit.clear();
  }
}

/** An API server that lacks the policy's kind would refuse it after everything else was applied. */
async function refuseOldCluster(kube: KubeApi, objects: readonly ManifestObject[]): Promise<void> {
  if (!objects.some(({ kind }) => kind === 'MutatingAdmissionPolicy')) return;
  const { gitVersion = '' } = JSON.parse(await kube.raw('/version')) as { gitVersion?: string };
  if (compareVersions(gitVersion, '1.36.0') >= 0) return;
  throw new Failure(`--admission=policy needs Kubernetes 1.36 or newer, the API server is ${gitVersion}`, {
    next: 'Use --admission=webhook.',
  });
}

/** The same for an installation that is there; says so when there is none. */
export async function runUpgrade(op: InstallOp, context: Context): Promise<void> {
  if ((await readRecord(context.kube)) === undefined) {
    throw new Failure('kubectl-nvme is not installed in this cluster', {
      next: 'Install it with: kubectl nvme install',
    });
  }
  await runInstall(op, context);
}
