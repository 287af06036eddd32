import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createNarrator, summary } from '../../../../lab/demo/narrator.ts';

describe('the demo’s narrator', () => {
  it('remembers only what it saw, with the time and the evidence', () => {
    const out = new PassThrough();
    let now = 1.5;
    const narrator = createNarrator(out, () => now);
    narrator.chapter('a node joins');
    narrator.say('waiting');
    now = 2;
    narrator.saw('the node is tainted', 'disk-unconfigured:NoSchedule');
    expect(narrator.sightings()).toEqual([
      { what: 'the node is tainted', evidence: 'disk-unconfigured:NoSchedule', atSeconds: 2 },
    ]);
    expect(String(out.read())).toContain('A NODE JOINS');
  });

  it('lines up its summary', () => {
    const rows = summary([
      { what: 'short', atSeconds: 1, evidence: 'x' },
      { what: 'something longer', atSeconds: 12.34, evidence: 'y' },
    ]).split('\n');
    expect(rows).toEqual([
      'SEEN               AT      EVIDENCE',
      'short              1.0s    x',
      'something longer   12.3s   y',
    ]);
  });
});
