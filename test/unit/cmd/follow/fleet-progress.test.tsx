import { describe, expect, it } from 'vitest';
import { fleetProgress } from '../../../../cmd/follow/fleet-progress.tsx';
import { SteppedClock, settle } from '../../../fakes/clock.ts';
import { FakeTerminal } from '../../../fakes/terminal.ts';

type Fleet = ReturnType<typeof fleetProgress>;

async function draw(nodes: string[], act: (fleet: Fleet) => void, rows = 12): Promise<string[]> {
  const terminal = new FakeTerminal({ columns: 60, rows });
  const fleet = fleetProgress(nodes, { terminal: terminal.ends, clock: new SteppedClock() });
  act(fleet);
  await settle(20);
  fleet.close();
  await settle(20);
  const last = terminal.frames.findLast((frame) => frame.includes('nodes:')) ?? '';
  return last.split('\n').map((line) => line.trimEnd());
}

describe('live progress of several nodes', () => {
  it('shows failures first, then what is at work, and what is to come', async () => {
    const lines = await draw(['n1', 'n2', 'n3', 'n4'], (fleet) => {
      fleet.view('n1').show({ kind: 'done' });
      fleet.view('n2').show({ kind: 'running', progress: { step: 2, of: 5, name: 'make ext4' } });
      fleet.view('n3').show({ kind: 'stopped', reason: 'StepFailed', message: 'mkfs failed' });
    });
    expect(lines[0]).toBe('4 nodes: 1 done, 1 at work, 1 failed');
    expect(lines[1]).toMatch(/^ ✗ n3 +StepFailed: mkfs failed$/);
    expect(lines[2]).toMatch(/^ . n2 +2\/5: make ext4$/);
    expect(lines[3]).toMatch(/^ · n4 +its turn has not come$/);
    expect(lines[4]).toMatch(/^ ✓ n1 +done$/);
    expect(lines[5]).toBe('0s  Ctrl-C stops watching, the work goes on');
  });

  it('never draws more rows than the window has, and hides those that are done first', async () => {
    const nodes = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const lines = await draw(
      nodes,
      (fleet) => nodes.slice(0, 45).forEach((node) => fleet.view(node).show({ kind: 'done' })),
      9,
    );
    expect(lines.filter((line) => line !== '').length).toBeLessThanOrEqual(9);
    expect(lines[0]).toBe('50 nodes: 45 done, 0 at work, 0 failed');
    expect(lines[1]).toContain('n45');
  });

  it('says when the connection is broken', async () => {
    const lines = await draw(['n1', 'n2'], (fleet) => fleet.view('n1').trouble('Unable to connect'));
    expect(lines.some((line) => line.endsWith('Unable to connect'))).toBe(true);
  });
});
