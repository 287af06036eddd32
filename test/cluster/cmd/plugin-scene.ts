import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import type { KubeApi } from '../../../kube/api.ts';
import { builtProgram, runProgramFile, type ProgramResult } from '../../builders/built-program.ts';
import type { SharedControlPlane } from '../control-plane.setup.ts';
import { realKube } from '../../builders/real-kube.ts';

const CRDS = join(import.meta.dirname, '..', '..', '..', 'manifests', 'crds');

/** kubectl with the built plugin on its PATH, on the shared control plane. */
export interface PluginScene {
  kube: KubeApi;
  kubectl: (...args: string[]) => Promise<ProgramResult>;
}

/** Installs the CRDs and opens the scene. */
export async function openPluginScene({
  kubectlPath,
  kubeconfig,
}: Pick<SharedControlPlane, 'kubectlPath' | 'kubeconfig'>): Promise<PluginScene> {
  const env = {
    // kubectl caches what the server offers below it, and would below the working directory.
    HOME: dirname(kubeconfig),
    KUBECONFIG: kubeconfig,
    PATH: [dirname(builtProgram('kubectl-nvme')), process.env.PATH].join(delimiter),
  };
  execFileSync(kubectlPath, ['apply', '-k', CRDS], { env });
  execFileSync(kubectlPath, ['wait', '--for=condition=Established', '--all', 'crd'], { env });
  return {
    kube: await realKube(kubeconfig),
    kubectl: (...args) => runProgramFile(kubectlPath, args, env),
  };
}
