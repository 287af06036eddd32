import { describe, expect, it } from 'vitest';
import { effectiveSpec, layoutWithDefaults } from '../../../../api/defaults.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { trimmedSnapshot } from '../../../../agent/report/trimmed-snapshot.ts';
import { machine } from '../../../builders/machine.ts';
import { SetupBench } from './setup-bench.ts';

/** The plan that the agent itself makes from everything it read. */
function agentsPlan(snapshot: Snapshot, nodeUID: string) {
  const spec = effectiveSpec(
    { nodeSelector: { matchLabels: { disk: 'nvme' } } },
    { layout: layoutWithDefaults({ type: 'RAID' }) },
  );
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: true, volumes: [], nodeLabels: {} });
  return planSetup(inventory, { spec, nodeUID }).plan;
}

describe('the plan for another layout', () => {
  it('is the one that the agent will make, ID included', async () => {
    const bench = new SetupBench();
    const snapshot = machine({ drives: { nvme1n1: {}, nvme2n1: {} } });
    bench.addEnrolledNode({ inventory: trimmedSnapshot(snapshot), conditions: [] });
    const { stdout, stderr } = await bench.setup('n1', '--layout', 'raid', '--dry-run', '-o', 'json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(agentsPlan(snapshot, bench.nodeUID))));
  });

  it('is not made up while no agent has reported', async () => {
    const bench = new SetupBench();
    bench.addEnrolledNode({ conditions: [] });
    const { exitCode, stderr } = await bench.setup('n1', '--layout', 'raid', '--dry-run');
    expect(stderr).toMatch(/^error: there is no plan for node n1: its agent has not reported its drives yet/);
    expect(exitCode).toBe(1);
  });
});
