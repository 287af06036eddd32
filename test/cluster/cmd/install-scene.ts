import type { KubeApi } from '../../../kube/api.ts';
import type { LabContext } from '../../../lab/context.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { builtProgram, runProgramFile, type ProgramResult } from '../../builders/built-program.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { realKube } from '../../builders/real-kube.ts';
import { playKubelet } from './play-kubelet.ts';

/** A control plane of a file's own: it is about clusters that have nothing of ours, and takes away what others install. */
export interface InstallScene {
  ctx: LabContext;
  lab: Lab;
  /** With all rights. */
  kube: KubeApi;
  /** The built plugin. */
  nvme: (...args: string[]) => Promise<ProgramResult>;
  kubectl: (...args: string[]) => Promise<ProgramResult>;
  close(): Promise<void>;
}

/** Opens the scene, with somebody who plays the kubelets of whatever nodes there will be. */
export async function openInstallScene(): Promise<InstallScene> {
  const ctx = testLabContext();
  const lab = await startLab(ctx, { controlPlaneOnly: true });
  const env = { KUBECONFIG: lab.kubeconfig };
  const kube = await realKube(lab.kubeconfig);
  const ended = new AbortController();
  const kubelet = playKubelet(kube, ended.signal);
  return {
    ...{ ctx, lab, kube },
    nvme: (...args) => runProgramFile(builtProgram('kubectl-nvme'), args, env),
    kubectl: (...args) => runProgramFile(lab.kubectlPath, args, env),
    close: async () => {
      ended.abort();
      await kubelet;
      await lab.stop();
    },
  };
}
