import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtProgram, runProgramFile } from '../../builders/built-program.ts';
import { filesAtStart } from '../../builders/static-imports.ts';

/** Prints which of Node's own modules a program has loaded when it ends. */
const TELL_MODULES =
  '--import=data:text/javascript,process.on(`exit`,()=>console.error(process.moduleLoadList.join()))';

describe('nvme-agent’s start', () => {
  it('waits neither for the cluster’s client nor for metrics, which a one-shot run may not need', () => {
    const sources = filesAtStart('nvme-agent').map((file) => readFileSync(file, 'utf8'));
    expect(sources.reduce((sum, source) => sum + source.length, 0)).toBeLessThan(400_000);
    for (const heavy of ['prom-client', 'class KubeClient', 'client-node', 'node_modules/yaml']) {
      expect(sources.filter((source) => source.includes(heavy))).toEqual([]);
    }
  });

  it('opens few files', () => {
    expect(filesAtStart('nvme-agent').length).toBeLessThan(10);
  });
});

describe('the built programs', () => {
  it('use HTTP without loading the browser’s half of it', async () => {
    const env = { NODE_OPTIONS: TELL_MODULES };
    const { stderr } = await runProgramFile(builtProgram('nvme-webhook'), ['--help'], env);
    expect(stderr).toContain('NativeModule _http_server');
    expect(stderr).not.toContain('undici');
  });
});
