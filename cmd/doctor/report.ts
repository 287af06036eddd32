import { alignRows, cell } from '../print/table.ts';
import { LEVELS, type Finding } from './finding.ts';

/** For people: a line a finding, below it what to do; the worst last, where the eye is. */
export function reportText(findings: readonly Finding[]): string {
  const sorted = [...findings].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  const rows = alignRows(
    sorted.map(({ level, check, object, message }) => [level, check, sentence(object, message)]),
  );
  const lines = sorted.flatMap(({ fix }, index) => [
    (rows[index] ?? '').trimEnd(),
    ...(fix === undefined ? [] : [`        fix: ${cell(fix)}`]),
  ]);
  return `${[...lines, '', summary(findings)].join('\n')}\n`;
}

const sentence = (object: string | undefined, message: string | undefined): string =>
  cell([object, message].filter((part) => part !== undefined).join(' '));

function summary(findings: readonly Finding[]): string {
  const checks = new Set(findings.map(({ check }) => check)).size;
  const counts = (['error', 'warning', 'unknown'] as const).map((level) => {
    const many = findings.filter((finding) => finding.level === level).length;
    return `${many} ${level === 'unknown' ? 'not looked at' : `${level}s`}`;
  });
  return `${checks} checks: ${counts.join(', ')}`;
}
