import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import type { LabContext } from '../../lab/context.ts';
import { repoDir } from '../../lab/install/install.ts';
import type { Lab } from '../../lab/lab.ts';
import { endProcesses, runningProcess } from '../../lab/process/tracked.ts';
import { benchInLab } from '../in-lab.ts';
import { nodeName } from './fleet.ts';
import { liveScreen } from './live-screen.ts';
import type { Command } from './measured-run.ts';
import { populate } from './populate.ts';
import { report, type CliFigures } from './report.ts';
import { sideBySide } from './side-by-side.ts';
import { realKube } from '../../test/builders/real-kube.ts';

const START_UP_ROUNDS = 20;
const FLEET_ROUNDS = 10;

/** The plugin beside kubectl: how fast it starts, a fleet of 2,000 nodes, and its live screen while the fleet changes. */
export async function benchCli(ctx: LabContext, write: (text: string) => void, json: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-nvme-bench-'));
  try {
    // As an archive is unpacked: without the project's own Node beside it.
    cpSync(join(repoDir, 'dist'), folder, { recursive: true });
    await benchInLab(ctx, { name: 'cli', write, json, measure: (lab) => measure(ctx, lab, folder), report });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(ctx: LabContext, lab: Lab, folder: string): Promise<CliFigures> {
  const path = [folder, dirname(process.execPath), ctx.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: folder, KUBECONFIG: lab.kubeconfig };
  const nvme = (...args: string[]): Command => ({ file: join(folder, 'kubectl-nvme'), args, env });
  const complete = (...args: string[]): Command => ({
    file: join(folder, 'kubectl_complete-nvme'),
    args,
    env,
  });
  const kubectl = (...args: string[]): Command => ({ file: lab.kubectlPath, args, env });
  execFileSync(lab.kubectlPath, ['apply', '-k', join(repoDir, 'manifests', 'crds')], { env });
  execFileSync(lab.kubectlPath, ['wait', '--for=condition=Established', '--all', 'crd'], { env });
  // Nothing may write beside what is measured: the controllers would look for kubelets that there are not.
  for (const name of ['kube-controller-manager', 'kube-scheduler']) {
    const process = await runningProcess(lab.dir, name);
    if (process !== undefined) await endProcesses(lab.dir, [process]);
  }
  ctx.progress('start-up');
  const startUp = await sideBySide(
    {
      node: { file: process.execPath, args: ['-e', '0'], env },
      version: nvme('version'),
      kubectlVersion: kubectl('version', '--client'),
      firstCall: nvme('status'),
      kubectlFirstCall: kubectl('get', 'nodes'),
      completeVerb: complete('st'),
    },
    START_UP_ROUNDS,
  );
  const kube = await realKube(lab.kubeconfig);
  ctx.progress('making the fleet');
  await populate(kube);
  ctx.progress('the fleet');
  const fleet = await sideBySide(
    {
      status: nvme('status'),
      kubectlNodes: kubectl('get', 'nodes'),
      kubectlVolumes: kubectl('get', 'pv'),
      completeName: complete('status', nodeName(7)),
      kubectlCompleteName: kubectl('__complete', 'get', 'node', nodeName(7)),
    },
    FLEET_ROUNDS,
  );
  ctx.progress('the live screen');
  const live = await liveScreen(kube, join(folder, 'kubectl-nvme'), env);
  return { startUp, fleet, live };
}
