import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Drive } from '../../../api/drive.ts';
import type { NVMeNodeStatus } from '../../../api/node.ts';
import type { Plan } from '../../../api/plan.ts';
import { fleetProgress } from '../../../cmd/follow/fleet-progress.tsx';
import { screenProgress } from '../../../cmd/follow/screen-progress.tsx';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../../kube/resources.ts';
import { node, nvmeNode, nvmeProfile, persistentVolume } from '../../builders/objects.ts';
import { settle, SteppedClock } from '../../fakes/clock.ts';
import { FakeKube } from '../../fakes/kube.ts';
import { kubectlNVMe } from '../../fakes/program.ts';
import { FakeTerminal } from '../../fakes/terminal.ts';

const WINDOW = { columns: 110, rows: 14 };
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'screens.md');

// `npm run frames` draws them anew.
it('docs/screens.md shows the screens as they are', async () => {
  const page = [
    '# Screens',
    'Drawn by the program itself on a pretended cluster; `npm run frames` draws them anew, and a test compares.',
    '## `kubectl nvme status -w`',
    'Arrows, `j`/`k`, Page keys, `g`/`G` move; Enter opens a node; `/` filters; `s` sorts; Ctrl-Z stops it, Ctrl-C and `q` end it.',
    frame(await statusScreen(WINDOW)),
    'A node, after Enter:',
    frame(await statusScreen(WINDOW, { keys: 'j\r', shows: 'Node:      worker-2' })),
    'In 60 columns:',
    frame(await statusScreen({ columns: 60, rows: 10 })),
    '## `kubectl nvme setup node worker-1`',
    frame(await oneSetup()),
    '## `kubectl nvme setup node -l pool=nvme`',
    frame(await fleetSetup()),
  ];
  await expect(`${page.join('\n\n')}\n`).toMatchFileSnapshot(PAGE);
});

const frame = (text: string): string => `\`\`\`\n${text.trimEnd()}\n\`\`\``;

async function statusScreen(
  size: { columns: number; rows: number },
  then?: { keys: string; shows: string },
): Promise<string> {
  const clock = new SteppedClock(Date.UTC(2026, 0, 3));
  const terminal = new FakeTerminal(size);
  const running = kubectlNVMe(['status', '-w'], { kube: fleet(clock), clock, terminal: terminal.ends });
  let shown = await terminal.frameWith('q: quit');
  if (then) {
    terminal.press(then.keys);
    shown = await terminal.frameWith(then.shows);
  }
  terminal.press('q');
  await running;
  return shown;
}

function fleet(clock: SteppedClock): FakeKube {
  const kube = new FakeKube(clock);
  const creationTimestamp = '2026-01-01T00:00:00Z';
  kube.add(nvmeProfiles, nvmeProfile());
  for (const [name, status] of Object.entries(STATUSES)) {
    kube.add(nodes, node({ metadata: { name, creationTimestamp } }));
    kube.add(nvmeNodes, nvmeNode({ metadata: { name }, status }));
  }
  for (const name of ['nvme-worker-1-a', 'nvme-worker-1-b']) {
    const capacity = { storage: '3.7Ti' };
    kube.add(persistentVolumes, persistentVolume({ metadata: { name }, spec: { capacity } }, 'worker-1'));
  }
  return kube;
}

const drive = (path: string, state: Drive['state'], reason?: string): Drive => ({
  path,
  model: 'Amazon EC2 NVMe Instance Storage',
  size: 3_750_000_000_000,
  role: 'Local',
  state,
  ...(reason === undefined ? {} : { reason }),
});

const ready = (status: 'True' | 'False', reason: string, message: string): Pick<NVMeNodeStatus, 'conditions'> => ({
  conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:40Z' }],
});

const STATUSES: Record<string, NVMeNodeStatus> = {
  'worker-1': {
    layout: { type: 'Filesystem', filesystem: { type: 'ext4', mountOptions: [] } },
    drives: [drive('/dev/nvme1n1', 'Ours'), drive('/dev/nvme2n1', 'Ours')],
    ...ready('True', 'Ready', 'all drives are ready'),
  },
  'worker-2': {
    drives: [drive('/dev/nvme1n1', 'Free'), drive('/dev/nvme2n1', 'Foreign', 'carries an xfs filesystem')],
    ...ready('False', 'ExistingData', '/dev/nvme2n1 carries an xfs filesystem'),
  },
  'worker-3': {
    drives: [drive('/dev/nvme1n1', 'Free'), drive('/dev/nvme2n1', 'Free')],
    progress: { step: 2, of: 5, name: 'make ext4 filesystem on /dev/nvme1n1' },
    ...ready('False', 'SettingUp', ''),
  },
};

const plan: Plan = {
  id: '7d5c1f0a2b',
  for: 'setup',
  layout: { type: 'RAID', raid: { level: 0, chunk: '512Ki', perNUMANode: false }, filesystem: { type: 'ext4', mountOptions: [] } },
  provider: 'aws',
  drives: [],
  candidates: ['/dev/nvme1n1', '/dev/nvme2n1'],
  steps: ['make array over /dev/nvme1n1 and /dev/nvme2n1', 'make ext4 filesystem', 'mount it', 'make its data folder'].map(
    (name) => ({ name, command: [] }),
  ),
  refusals: [],
};

async function oneSetup(): Promise<string> {
  const terminal = new FakeTerminal(WINDOW);
  const view = screenProgress('worker-1', plan, { terminal: terminal.ends, clock: new SteppedClock() });
  view.show({ kind: 'running', progress: { step: 2, of: 4, name: 'make ext4 filesystem' } });
  const shown = await terminal.frameWith(' 2/4 ');
  view.close();
  await settle(20);
  return still(shown);
}

async function fleetSetup(): Promise<string> {
  const terminal = new FakeTerminal(WINDOW);
  const names = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
  const progress = fleetProgress(names, { terminal: terminal.ends, clock: new SteppedClock() });
  progress.view('worker-1').show({ kind: 'done' });
  progress.view('worker-2').show({ kind: 'stopped', reason: 'ExistingData', message: '/dev/nvme2n1 carries an xfs filesystem' });
  progress.view('worker-3').show({ kind: 'running', progress: { step: 2, of: 4, name: 'make ext4 filesystem' } });
  const shown = await terminal.frameWith('1 done, 1 at work, 1 failed');
  progress.close();
  await settle(20);
  return still(shown);
}

/** The sign of work turns with the real time. */
const still = (text: string): string => text.replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '⠹');
