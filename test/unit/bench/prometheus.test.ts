import { expect, it } from 'vitest';
import { parseSeries, sumOf } from '../../../bench/prometheus.ts';

it('reads the series of a metrics page and adds those up that are wanted', () => {
  const page = '# HELP x y\nx_total{a="1"} 2\nx_total{a="2"} 3e1\nx_total 4\nother 5\nbad NaN\n';
  const series = parseSeries(page);
  expect(series).toHaveLength(4);
  expect(sumOf(series, 'x_total')).toBe(36);
  expect(sumOf(series, 'x_total', (labels) => labels.includes('a="2"'))).toBe(30);
});
