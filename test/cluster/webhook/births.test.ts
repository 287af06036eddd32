import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playBirths } from '../../../bench/births/play.ts';
import { Rollout } from '../../../bench/births/rollout.ts';
import { pods } from '../../../kube/resources.ts';
import { openScene, type Scene } from './scene.ts';

const NODES = 150;
const PODS = 20;

describe('nodes that are born while replicas restart', () => {
  let scene: Scene;
  let rollout: Rollout;

  beforeAll(async () => {
    scene = await openScene('births');
    rollout = await Rollout.start(scene.ctx, scene.lab, 'births');
  });
  afterAll(async () => {
    await rollout.stop();
    for (let index = 0; index < PODS; index += 1) {
      const options = { namespace: 'default', gracePeriodSeconds: 0 };
      await scene.kube.delete(pods, `birth-pod-${index}`, options);
    }
    await scene.close();
  });

  it('are held by the taint before any waiting pod is bound, and take all pods when it goes', async () => {
    const [label] = Object.entries(scene.label);
    const figures = await playBirths({
      ...{ ctx: scene.ctx, lab: scene.lab, kube: scene.kube, rollout, nodes: NODES, pods: PODS },
      ...{ label: label ?? expect.fail('no label'), prefix: 'birth', leaseSeconds: 40 },
    });
    const { failedCreates, boundTooEarly, bound, running, taintedInCreate, lateTaints } = figures;
    expect({ failedCreates, boundTooEarly, bound, running }).toEqual({
      ...{ failedCreates: [], boundTooEarly: [] },
      ...{ bound: PODS, running: PODS },
    });
    expect(figures.readyMs).toHaveLength(NODES);
    expect(taintedInCreate + lateTaints.length).toBe(NODES);
    expect(taintedInCreate).toBeGreaterThanOrEqual(0.9 * NODES);
  });
});
