import { describe, expect, it } from 'vitest';
import type { PersistentVolume } from '../../../kube/resources.ts';
import type { ClusterView } from '../../soak/cluster-view.ts';
import { Expectations } from '../../soak/expectations.ts';
import { Keepsakes } from '../../soak/keepsakes.ts';
import { soakOptions } from '../../soak/options.ts';
import type { Sample } from '../../soak/replica.ts';
import { faultsFound, growth, type Findings } from '../../soak/verdict.ts';

const clean: Findings = { missed: [], differences: [], lost: [], broken: [], ends: [], steady: [] };

function view(begunAt: number, volumes: Record<string, string> = {}): ClusterView {
  const objects = Object.entries(volumes).map(([name, uid]): [string, PersistentVolume] => [
    name,
    { metadata: { name, uid } },
  ]);
  const none = { nodes: new Map(), nvmeNodes: new Map(), claims: new Map(), pods: new Map() };
  return { begunAt, ...none, volumes: new Map(objects) };
}

describe('the verdict on a soak', () => {
  it('passes when nothing was missed, lost or broken', () => {
    expect(faultsFound(clean)).toEqual([]);
  });

  it.each([
    [{ missed: ['n1 to be tainted'] }, 'missed events'],
    [{ differences: ['nodes n1: 5 instead of 6'] }, 'differ from the truth'],
    [{ lost: ['pv-1'] }, 'deleted that should be there'],
    [{ broken: ['birth of n1: refused'] }, 'could not be played'],
    [{ ends: ['{"msg":"ended by an error","error":"TypeError"}'] }, 'nobody caused'],
  ])('fails for %j', (found, words) => {
    expect(faultsFound({ ...clean, ...found }).join()).toContain(words);
  });

  it('takes the end of a leader that lost its lease as the rule that it is', () => {
    expect(faultsFound({ ...clean, ends: ['{"error":"The lease could not be renewed for 10 s"}'] })).toEqual(
      [],
    );
  });

  const steady = (residentMiB: (index: number) => number, descriptors: (index: number) => number): Sample[] =>
    Array.from({ length: 200 }, (_, at) => ({
      at,
      residentMiB: residentMiB(at),
      descriptors: descriptors(at),
    }));

  it('tells growth from a heap that breathes', () => {
    const breathing = steady(
      (at) => 100 + (at % 40),
      (at) => 40 + (at % 7),
    );
    expect(growth(breathing)).toEqual([]);
    const leaking = steady(
      (at) => 100 + at,
      (at) => 40 + at,
    );
    expect(growth(leaking)).toEqual([
      expect.stringMatching(/^memory grew/),
      expect.stringMatching(/^descriptors grew/),
    ]);
  });
});

describe('what a soak expects', () => {
  it('is met by a look that began after it, and missed after two minutes', async () => {
    let now = 0;
    const expectations = new Expectations(() => now);
    const hasVolume = ({ volumes }: ClusterView): boolean => volumes.has('pv-1');
    now = 10;
    const met = expectations.expect('pv-1', hasVolume);
    const never = expectations.expect('pv-2', ({ volumes }) => volumes.has('pv-2'));
    expectations.look(view(5, { 'pv-1': 'a' }));
    expect(expectations.met).toBe(0);
    expectations.look(view(11, { 'pv-1': 'a' }));
    now = 120_010;
    expectations.look(view(now, { 'pv-1': 'a' }));
    expect(await Promise.all([met, never])).toEqual([true, false]);
    expect(expectations).toMatchObject({ met: 1, missed: ['pv-2'] });
  });

  it('is that kept volumes stay the very objects that they are until somebody lets them go', () => {
    let now = 0;
    const keepsakes = new Keepsakes(() => now);
    for (const name of ['stays', 'is-let-go', 'vanishes', 'is-replaced']) keepsakes.keep(name, 'uid');
    now = 1;
    keepsakes.letGo('is-let-go');
    keepsakes.keep('is-younger', 'uid');
    keepsakes.look(view(1, { stays: 'uid', 'is-replaced': 'other' }));
    expect(keepsakes.lost).toEqual(['vanishes', 'is-replaced']);
  });
});

describe('the command line of the soak', () => {
  it('has defaults, and names what it cannot take', () => {
    expect(soakOptions([])).toEqual({ minutes: 60, nodes: 40, seed: 1 });
    expect(() => soakOptions(['--minutes', '0'])).toThrow('--minutes to be a whole number above 0, got `0`');
    expect(() => soakOptions(['--hours', '1'])).toThrow('--hours');
  });
});
