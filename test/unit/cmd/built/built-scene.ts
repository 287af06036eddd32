import { afterEach, beforeEach } from 'vitest';
import { node, nvmeNode } from '../../../builders/objects.ts';
import { builtProgram, runProgramFile, type ProgramResult } from '../../../builders/built-program.ts';
import { folderUntilEnd } from '../../../builders/temporary-folder.ts';
import { CannedApiServer } from '../../../fakes/api-server.ts';

/** Where our kinds live in the API. */
export const NVME = '/apis/kubectl-nvme.dev/v1alpha1';

/** Runs a built program with a home of its own, for all tests of a `describe`. */
export function builtRunner(program = 'kubectl-nvme'): (...args: string[]) => Promise<ProgramResult> {
  const home = folderUntilEnd();
  return (...args) => runProgramFile(builtProgram(program), args, { HOME: home });
}

/** Before each test of a `describe` an API server with the node `n1`, enrolled and not yet reported. */
export function serverForEach(): () => CannedApiServer {
  let server: CannedApiServer | undefined;
  const current = (): CannedApiServer => {
    if (server === undefined) throw new Error('there is a server only while a test runs');
    return server;
  };
  beforeEach(async () => {
    server = await CannedApiServer.start();
    server.answer('/api/v1/nodes/n1', { body: node() });
    server.list('/api/v1/nodes', 'Node', [node()]);
    server.list('/api/v1/pods', 'Pod', []);
    server.list('/api/v1/events', 'Event', []);
    server.list('/api/v1/persistentvolumes', 'PersistentVolume', []);
    server.answer(`${NVME}/nvmenodes/n1`, { body: nvmeNode() });
    server.list(`${NVME}/nvmenodes`, 'NVMeNode', [nvmeNode()]);
    server.list(`${NVME}/nvmeprofiles`, 'NVMeProfile', []);
  });
  afterEach(() => current().stop());
  return current;
}
