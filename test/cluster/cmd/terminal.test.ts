import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { nodes, nvmeNodes } from '../../../kube/resources.ts';
import { builtProgram } from '../../builders/built-program.ts';
import { faultProxy, type FaultProxy } from '../../builders/fault-proxy.ts';
import { node, nvmeNode } from '../../builders/objects.ts';
import { folderUntilEnd } from '../../builders/temporary-folder.ts';
import { hasTmux, TmuxShell } from '../../builders/tmux.ts';
import { openPluginScene } from './plugin-scene.ts';

const NAMES = Array.from({ length: 30 }, (_, index) => `term-${String(index).padStart(2, '0')}`);
const LABEL = 'kubectl-nvme-test/terminal';

// Without tmux no test here runs; vitest names them as skipped.
describe.skipIf(!hasTmux)('status -w in a real terminal', () => {
  let kube: KubeApi;
  let proxy: FaultProxy;
  let shell: TmuxShell;
  const home = folderUntilEnd();

  beforeAll(async () => {
    const { kubeconfig } = inject('controlPlane');
    ({ kube } = await openPluginScene(inject('controlPlane')));
    proxy = await faultProxy(kubeconfig);
    for (const name of NAMES) {
      const { status: _, ...object } = node({ metadata: { name, labels: { [LABEL]: 'true' } } });
      const stored = await kube.create(nodes, object);
      const owner = { apiVersion: 'v1', kind: 'Node', name, uid: stored.metadata?.uid ?? '' };
      await kube.create(nvmeNodes, nvmeNode({ metadata: { name, ownerReferences: [owner] } }));
    }
  });
  afterAll(async () => {
    for (const name of NAMES) await kube.delete(nodes, name);
    await proxy.close();
  });

  beforeEach(async () => {
    const path = [dirname(builtProgram('kubectl-nvme')), dirname(process.execPath), process.env.PATH ?? ''];
    shell = new TmuxShell({ HOME: home, PATH: path.join(':') }, { columns: 100, rows: 20 });
    await shell.shows('ready>');
  });
  afterEach(() => shell.end());

  const watch = (before = ''): void =>
    shell.run(`${before}kubectl-nvme status -w -l ${LABEL} -s ${proxy.url}`);
  const lines = (): string[] => shell.screen.split('\n');

  it('fits the window, also after it was made smaller and larger', async () => {
    watch();
    await shell.shows('s: sort by name');
    expect(lines()[0]).toMatch(/^30 nodes, 0 ready/);
    for (const size of [
      { columns: 60, rows: 10 },
      { columns: 120, rows: 24 },
    ]) {
      shell.resize(size);
      const rows = size.rows - 3;
      await shell.shows(new RegExp(`^30 nodes.*\\n *NAME.*\\n(?:term-.*\\n){${rows}}↑↓ move`));
      expect(lines().length).toBeLessThanOrEqual(size.rows);
      expect(Math.max(...lines().map((line) => line.length))).toBeLessThanOrEqual(size.columns);
    }
    shell.press('G');
    await shell.shows('term-29');
    shell.press('q');
    await shell.shows('ready>');
    expect(shell.screen).not.toContain('30 nodes');
  });

  it('gives the terminal back on Ctrl-C, with 130', async () => {
    watch();
    await shell.shows('s: sort by name');
    shell.press('C-c');
    await shell.shows('ready>');
    shell.run('echo "code=$?"; stty -a | grep -o " icanon"');
    expect(await shell.shows('code=130')).not.toContain('30 nodes');
    await shell.shows(/^ icanon$/m);
  });

  it('stops on Ctrl-Z and draws anew when it goes on', async () => {
    watch();
    await shell.shows('s: sort by name');
    shell.press('C-z');
    expect(await shell.shows(/Stopped/)).not.toContain('30 nodes');
    shell.run('echo still here');
    await shell.shows(/^still here$/m);
    shell.run('fg');
    await shell.shows('s: sort by name');
    shell.press('G');
    await shell.shows('term-29');
    shell.press('q');
    await shell.shows('ready>');
  });

  it('says that there is no news while the API server is away, and goes on when it is back', async () => {
    watch();
    await shell.shows('s: sort by name');
    proxy.inflict(() => ({ kind: 'reset' }));
    await shell.shows('no news for');
    proxy.inflict(undefined);
    await kube.patch(nodes, 'term-00', {
      type: 'merge',
      body: { metadata: { annotations: { 'kubectl-nvme.dev/paused': '{"by":"ann","why":"INC-1"}' } } },
    });
    const back = await shell.shows(/term-00 +Paused/);
    expect(back.split('\n')[0]).toMatch(/^30 nodes, 0 ready, 30 with a problem$/);
    shell.press('q');
  });

  it.each([
    ['has a bold line and dim hints', '', ['\u001b[1m', '\u001b[2m']],
    ['shows nothing but its cursor otherwise with NO_COLOR', 'NO_COLOR=1 ', ['\u001b[7m']],
  ])('%s', async (_, before, styles) => {
    watch(before);
    await shell.shows('s: sort by name');
    // Weights and colours; back to the usual ones is neither.
    const seen = new Set(shell.styledScreen.match(/\u001b\[(?:[1-9]|[349][0-8])m/g));
    for (const style of styles) expect(seen).toContain(style);
    if (before !== '') expect([...seen]).toEqual(styles);
    shell.press('q');
    await shell.shows('ready>');
  });

  it.each([
    ['TERM=dumb', 'TERM=dumb '],
    ['no terminal at its input', '</dev/null '],
  ])('prints lines with %s', async (_, before) => {
    watch(before);
    const screen = await shell.shows('term-29');
    expect(screen).not.toContain('s: sort by');
    shell.press('C-c');
    await shell.shows(/ready> $|ready>$/);
  });
});
