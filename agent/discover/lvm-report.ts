import { listOf, mapOf, record, text } from '../inventory/reading.ts';

/** Rows of one kind (`pv`, `vg`, `lv`) in LVM's `--reportformat json`. Throws SyntaxError or SnapshotError. */
export function parseLvmReport(output: string, kind: 'pv' | 'vg' | 'lv'): Record<string, string>[] {
  const reports = listOf(record)(`${kind}s`, record(`${kind}s`, JSON.parse(output)).report);
  return reports.flatMap((report) => listOf(mapOf(text))(`${kind}s`, report[kind] ?? []));
}
