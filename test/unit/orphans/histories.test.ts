import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { step } from './history/steps.ts';
import { World } from './history/world.ts';

/** The unit ring takes the same few each time; `npm run histories` takes ten thousand new ones. */
const { HISTORIES } = process.env;
const parameters = HISTORIES === undefined ? { numRuns: 1_500, seed: 5 } : { numRuns: Number(HISTORIES) };

describe('clean-up over random histories', () => {
  it('makes no delete that the model forbids', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const world = new World();
        for (const one of steps) world.play(one);
      }),
      parameters,
    );
  });

  it('removes everything in the end when the nodes stay gone and nothing holds it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const world = new World();
        for (const one of steps.filter(({ kind }) => kind !== 'set-retain' && kind !== 'bare-pod'))
          world.play(one);
        world.play({ kind: 'go-on' });
        for (const machine of [0, 1] as const) world.play({ kind: 'delete-node', machine });
        world.rest(5);
        expect(world.machines.map(({ volume }) => volume)).toEqual([undefined, undefined]);
      }),
      parameters,
    );
  });
});
