import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { errorText } from '../../torture/error-text.ts';
import { tortureOptions } from '../../torture/options.ts';
import { killLine, outcomeTable } from '../../torture/report.ts';

describe('what a torture says', () => {
  it('names each wrong outcome below the figures', () => {
    const figures = { seed: 7, rounds: 2, kills: 32, cuts: 2, records: 90, minutes: 4.25 };
    expect(outcomeTable({ ...figures, wrong: ['round 2, swap: nothing is swap'] })).toBe(
      [
        'SEED         ROUNDS       KILLS        POWER CUTS   RECORDS KEPT MINUTES      WRONG OUTCOMES',
        '7            2            32           2            90           4.3          1',
        'WRONG: round 2, swap: nothing is swap',
      ].join('\n'),
    );
  });

  it('tells a kill from an agent that had ended by itself', () => {
    const kill = { amid: 'anything' as const, seconds: 1.5, whom: 'all' as const, hit: true, doing: '' };
    expect(killLine(kill)).toBe('1.50 s old: killed with its programs');
    expect(killLine({ ...kill, hit: false })).toBe('1.50 s old: had ended by itself');
    const amid = { ...kill, amid: 'a write' as const, whom: 'agent' as const, doing: 'mkfs.ext4 /dev/md127' };
    expect(killLine(amid)).toBe('1.50 s into a write: killed amid `mkfs.ext4 /dev/md127`');
  });

  it('says of a failed check what was found and what should be', () => {
    const check = (): void => assert.equal(1, 2, 'number of volumes');
    expect(errorText(caught(check))).toBe('number of volumes: 1 instead of 2');
  });

  it.each([
    [[], 'what to torture'],
    [['webhook'], '`webhook`'],
    [['agent', '--rounds', '0'], '--rounds'],
    [['agent', '--only', 'x'], '--only'],
    [['agent', '--kills', '-1'], '--kills'],
  ])('refuses %j by name', (args, named) => {
    expect(() => tortureOptions(args)).toThrow(named);
  });
});

function caught(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
