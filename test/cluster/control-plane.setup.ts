import type { TestProject } from 'vitest/node';
import { startLab } from '../../lab/lab.ts';
import { testLabContext } from '../builders/lab-context.ts';

/** The one control plane that all files of the cluster ring share. */
export interface SharedControlPlane {
  /** For `openLab`, when a test wants more than the paths below. */
  labName: string;
  kubeconfig: string;
  apiServer: string;
  kubectlPath: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    controlPlane: SharedControlPlane;
  }
}

/** Starts the control plane before the first file, and ends it after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const lab = await startLab(testLabContext(), { controlPlaneOnly: true });
  project.provide('controlPlane', {
    labName: lab.name,
    kubeconfig: lab.kubeconfig,
    apiServer: lab.apiServer,
    kubectlPath: lab.kubectlPath,
  });
  return () => lab.stop();
}
