import { describe, expect, it } from 'vitest';
import { watchOnScreen } from '../../../../cmd/status/screen/watch-on-screen.tsx';
import { TransportError } from '../../../../kube/errors.ts';
import { events, nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { settle, SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { FakeTerminal } from '../../../fakes/terminal.ts';

/** A live screen over a pretended cluster of so many nodes. */
function open(count: number, size?: { columns: number; rows: number }) {
  const clock = new SteppedClock();
  const kube = new FakeKube(clock);
  kube.add(nvmeProfiles, nvmeProfile());
  for (let index = 0; index < count; index += 1) {
    const name = `n${String(index).padStart(3, '0')}`;
    kube.add(nodes, node({ metadata: { name } }));
    kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status: { conditions: [] } }));
  }
  const terminal = new FakeTerminal(size);
  const interruption = new AbortController();
  const running = watchOnScreen(
    {
      query: { names: [] },
      print: { format: { kind: 'table', wide: false }, headers: true },
    },
    {
      kube,
      clock,
      terminal: terminal.ends,
      stdout: { write: () => true },
      stderr: { write: () => true },
      signal: interruption.signal,
      bundle: () => Promise.reject(new Error('not asked for')),
      readText: () => Promise.reject(new Error('not asked for')),
      newID: () => 'id',
      namespace: 'default',
    },
  );
  return { clock, kube, terminal, interruption, running, shown: (text: string) => terminal.frameWith(text) };
}

describe('status -w on a terminal', () => {
  it('never draws more lines than the window has', async () => {
    const { terminal, running, shown } = open(300, { columns: 80, rows: 10 });
    await shown('300 nodes, 0 ready');
    expect(terminal.lines.length).toBeLessThanOrEqual(10);
    expect(Math.max(...terminal.lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    terminal.press('q');
    await running;
  });

  it('shows the events of the node whose details are open, and scrolls them', async () => {
    const { kube, terminal, running, shown } = open(2, { columns: 100, rows: 12 });
    kube.add(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'a', namespace: 'default' },
      involvedObject: { kind: 'Node', name: 'n000' },
      reason: 'NVMeReady',
      message: 'drives are ready',
      type: 'Normal',
    });
    await shown('2 nodes');
    terminal.press('\r');
    await shown('Node:      n000');
    terminal.press('G');
    await shown('drives are ready');
    expect(terminal.lines.length).toBeLessThanOrEqual(12);
    terminal.press('g');
    await shown('Node:      n000');
    terminal.press('q');
    await running;
  });

  it('scrolls to the end and shows the details of a node', async () => {
    const { terminal, running, shown } = open(50);
    await shown('50 nodes');
    terminal.press('G');
    await shown('n049');
    terminal.press('\r');
    await shown('Node:      n049');
    terminal.press('q');
    await running;
  });

  it('takes keys that come in one piece', async () => {
    const { terminal, running, shown } = open(12);
    await shown('12 nodes');
    terminal.press('/n011\r');
    await shown('12 nodes, 1 shown');
    await shown('/: filter (n011)');
    terminal.press('q');
    await running;
  });

  it('draws a change of the cluster by itself', async () => {
    const { clock, kube, terminal, running, shown } = open(2);
    await shown('2 nodes');
    kube.change(
      nvmeNodes,
      'n001',
      (object) => (object.status = { conditions: [], progress: { step: 1, of: 3, name: 'make array' } }),
    );
    await settle();
    await clock.advance(250);
    await shown('Setting up 1/3: make array');
    terminal.press('q');
    await running;
  });

  it('says that there is no news while the API server is away', async () => {
    const { clock, kube, terminal, running, shown } = open(1);
    await shown('1 node,');
    const away = new TransportError('connect timed out', 'WATCH nodes');
    for (const method of ['list', 'watch'] as const) kube.fail(method, '*', away, 1000);
    await clock.advance(5000);
    for (const type of [nodes, nvmeNodes, persistentVolumes, nvmeProfiles]) kube.endWatches(type, away);
    await clock.advance(3000);
    await shown('no news for');
    expect(terminal.lines.join('\n')).toContain('Unable to connect to the server');
    terminal.press('q');
    await running;
  });

  it('ends with an interruption on Ctrl-C, as a key and as a signal', async () => {
    const asKey = open(1);
    await asKey.shown('1 node,');
    asKey.terminal.press('\u0003');
    await expect(asKey.running).rejects.toMatchObject({ name: 'Interrupted' });
    const asSignal = open(1);
    await asSignal.shown('1 node,');
    asSignal.interruption.abort(new Error('SIGINT'));
    await expect(asSignal.running).rejects.toMatchObject({ name: 'Interrupted' });
  });
});
