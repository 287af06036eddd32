import { describe, expect, it } from 'vitest';
import { alignRows, cell, tableCells, type Column } from '../../../../cmd/print/table.ts';

interface Row {
  name: string;
  status: string;
}

const columns: Column<Row>[] = [
  { header: 'NAME', value: (row) => row.name },
  { header: 'STATUS', value: (row) => row.status },
  { header: 'EXTRA', value: () => 'x', wide: true },
];

describe('tables', () => {
  it('leave three spaces between columns and none at the end of a line', () => {
    const lines = alignRows([
      ['NAME', 'STATUS', 'AGE'],
      ['worker-1', 'Ready', '5d4h'],
      ['w', 'NotReady', '3s'],
    ]);
    expect(lines).toEqual([
      'NAME       STATUS     AGE',
      'worker-1   Ready      5d4h',
      'w          NotReady   3s',
    ]);
  });

  it('never make a column narrower than six, gap included, as tabwriter does', () => {
    expect(alignRows([['A', 'B']])).toEqual(['A     B']);
  });

  it('hide wide columns and headers when asked', () => {
    const rows = [{ name: 'n', status: 's' }];
    expect(tableCells(columns, rows)).toEqual([
      ['NAME', 'STATUS'],
      ['n', 's'],
    ]);
    expect(tableCells(columns, rows, { wide: true, headers: false })).toEqual([['n', 's', 'x']]);
  });

  it('cut a cell at a line break and disarm escape sequences', () => {
    expect(cell('one\ntwo')).toBe('one...');
    expect(cell('\u001b[31mred')).toBe('^[[31mred');
  });
});
