import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS } from '../../../../api/reasons.ts';
import { windowAround } from '../../../../cmd/follow/progress-frame.tsx';
import { screenProgress } from '../../../../cmd/follow/screen-progress.tsx';
import { SteppedClock, settle } from '../../../fakes/clock.ts';
import { FakeTerminal } from '../../../fakes/terminal.ts';
import { plan } from '../setup/setup-bench.ts';

async function draw(act: (view: ReturnType<typeof screenProgress>) => void): Promise<string[]> {
  const terminal = new FakeTerminal();
  const view = screenProgress('n1', plan, { terminal: terminal.ends, clock: new SteppedClock() });
  act(view);
  await settle(20);
  view.close();
  await settle(20);
  const last = terminal.frames.findLast((frame) => frame.includes('node/n1')) ?? '';
  return last.split('\n').map((line) => line.trimEnd());
}

describe('live progress', () => {
  it('marks the steps that are done and the one at work', async () => {
    const name = 'mount /dev/nvme1n1';
    const lines = await draw((view) => view.show({ kind: 'running', progress: { step: 2, of: 2, name } }));
    expect(lines[0]).toBe('node/n1  Filesystem/ext4  plan plan-1');
    expect(lines[1]).toBe(' ✓ 1/2 make ext4 filesystem on /dev/nvme1n1');
    expect(lines[2]).toMatch(/^ . 2\/2 mount \/dev\/nvme1n1$/);
    expect(lines[3]).toBe('0s  Ctrl-C stops watching, the work goes on');
  });

  it('shows only where the agent is when its steps are not those of the plan', async () => {
    const progress = { step: 3, of: 7, name: 'something new' };
    const lines = await draw((view) => view.show({ kind: 'running', progress }));
    expect(lines[1]).toMatch(/^ . 3\/7: something new$/);
  });

  it('leaves the end on the screen', async () => {
    const stopped = {
      kind: 'stopped',
      reason: CONDITION_REASONS.StepFailed,
      message: 'mkfs failed',
    } as const;
    expect(await draw((view) => view.show(stopped))).toContain(' ✗ StepFailed: mkfs failed');
    expect((await draw((view) => view.show({ kind: 'done' })))[2]).toBe(' ✓ 2/2 mount /dev/nvme1n1');
  });

  it('says when the connection is broken', async () => {
    expect(await draw((view) => view.trouble('Unable to connect'))).toContain('Unable to connect');
  });

  it('shows the steps around the one at work when there are too many', () => {
    const steps = Array.from({ length: 10 }, (_, index) => index);
    expect(windowAround(steps, 5, 3)).toEqual([4, 5, 6]);
    expect(windowAround(steps, 0, 3)).toEqual([0, 1, 2]);
    expect(windowAround(steps, 9, 3)).toEqual([7, 8, 9]);
  });
});
