import { table } from '../../lab/cli/table.ts';
import { FLEET } from './fleet.ts';
import type { LiveFigures } from './live-screen.ts';
import type { Medians } from './side-by-side.ts';

type StartUp = 'node' | 'version' | 'kubectlVersion' | 'firstCall' | 'kubectlFirstCall' | 'completeVerb';
type Fleet = 'status' | 'kubectlNodes' | 'kubectlVolumes' | 'completeName' | 'kubectlCompleteName';

export interface CliFigures {
  startUp: Record<StartUp, Medians>;
  fleet: Record<Fleet, Medians>;
  live: LiveFigures;
}

/** The figures beside their aims. */
export function report({ startUp, fleet, live }: CliFigures): string {
  const bare = startUp.node.wallMs;
  const above = ({ wallMs }: Medians): string => `${(wallMs - bare).toFixed(0)} ms above node`;
  const nodes = fleet.kubectlNodes.wallMs;
  return [
    table(RUN_HEADS, [
      row('node -e 0', startUp.node),
      row('kubectl nvme version', startUp.version, `${above(startUp.version)} (aim 60)`),
      row('kubectl version --client', startUp.kubectlVersion),
      row('kubectl nvme status, no node', startUp.firstCall, `${above(startUp.firstCall)} (aim 250)`),
      row('kubectl get nodes, no node', startUp.kubectlFirstCall),
      row('completing a verb', startUp.completeVerb, 'CPU: aim 150 ms'),
    ]),
    table(
      [`${FLEET.nodes} NODES, ${FLEET.nodes * FLEET.volumesPerNode} VOLUMES`, ...RUN_HEADS.slice(1)],
      [
        row(
          'kubectl nvme status',
          fleet.status,
          `${(fleet.status.wallMs / nodes).toFixed(1)} × get nodes (aim 3); memory: aim 160 MiB`,
        ),
        row('kubectl get nodes', fleet.kubectlNodes),
        row('kubectl get pv', fleet.kubectlVolumes, 'aim: status is faster'),
        row('completing a node', fleet.completeName, 'CPU: aim 300 ms'),
        row('kubectl __complete get node', fleet.kubectlCompleteName),
      ],
    ),
    table(
      ['LIVE SCREEN', 'CPU', 'KEY', 'WORST KEY', 'MEMORY'],
      [
        [
          `${live.changesPerSecond.toFixed(0)} changes a second`,
          `${(live.cpu * 100).toFixed(0)} % of a core (aim 30)`,
          `${live.keyMedianMs.toFixed(0)} ms (aim 100)`,
          `${live.keyWorstMs.toFixed(0)} ms`,
          mebibytes(live.peakBytes),
        ],
      ],
    ),
  ].join('\n');
}

const RUN_HEADS = ['START-UP', 'WALL', 'FROM-TO', 'CPU', 'MEMORY', 'NOTE'];

function row(
  name: string,
  { wallMs, spreadMs: [least, most], cpuMs, peakBytes }: Medians,
  note = '',
): string[] {
  const spread = `${least.toFixed(0)}-${most.toFixed(0)} ms`;
  return [name, `${wallMs.toFixed(0)} ms`, spread, `${cpuMs.toFixed(0)} ms`, mebibytes(peakBytes), note];
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
