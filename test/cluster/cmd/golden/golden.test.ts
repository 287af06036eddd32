import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../../../kube/api.ts';
import { inParallel } from '../../../../kube/in-parallel.ts';
import { startLab, type Lab } from '../../../../lab/lab.ts';
import { builtProgram, runProgramFile } from '../../../builders/built-program.ts';
import { testLabContext } from '../../../builders/lab-context.ts';
import { folderUntilEnd } from '../../../builders/temporary-folder.ts';
import { realKube } from '../../../builders/real-kube.ts';
import { playKubelet } from '../play-kubelet.ts';
import { LINES, READING } from './lines.ts';
import { addNodes, addStorage } from './scene.ts';
import { scrubbed } from './scrubbed.ts';

// `npx vitest run --project cluster test/cluster/cmd/golden -u` writes the files anew; read the difference.
describe('what every command line prints on a real control plane', () => {
  // A control plane of its own: installs, uninstalls, and has nodes of its own.
  let lab: Lab;
  let kube: KubeApi;
  const ended = new AbortController();
  let kubelet: Promise<void>;
  const home = folderUntilEnd();

  beforeAll(async () => {
    lab = await startLab(testLabContext(), { controlPlaneOnly: true });
    kube = await realKube(lab.kubeconfig);
    await addNodes(kube);
    kubelet = playKubelet(kube, ended.signal);
  });
  afterAll(async () => {
    ended.abort();
    await kubelet;
    await lab.stop();
  });

  /** A line of a shell in an empty folder, with what it said and how it ended. */
  async function transcript(line: string): Promise<string> {
    const path = [dirname(builtProgram('kubectl-nvme')), dirname(lab.kubectlPath), process.env.PATH];
    const env = { HOME: home, KUBECONFIG: lab.kubeconfig, PATH: path.join(delimiter) };
    const script = `cd "${home}" && ${line}`;
    const { stdout, stderr, exitCode } = await runProgramFile('/bin/bash', ['-c', script], env);
    const complaint = scrubbed(stderr);
    const said = complaint === '' ? '' : `--- stderr\n${complaint}`;
    return `$ ${line}\n${scrubbed(stdout)}${said}--- exit code ${exitCode}\n`;
  }

  it.each(Object.keys(LINES))('%s', async (verb) => {
    const parts: string[] = [];
    await inParallel([...(LINES[verb] ?? []).entries()], READING.has(verb) ? 4 : 1, async ([index, line]) => {
      parts[index] = await transcript(line);
    });
    // What the other verbs look at comes once the kinds are installed.
    if (verb === 'install') await addStorage(kube);
    await expect(parts.join('\n')).toMatchFileSnapshot(join('output', `${verb.replaceAll(' ', '-')}.txt`));
  });
});
