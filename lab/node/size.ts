import { LabError } from '../errors.ts';

const units: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of a size such as `512M`, `2G` or `1Gi`; binary units, as drives of a lab are files. */
export function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([MGT])i?$/.exec(text) ?? [];
  const bytes = Number(digits) * (units[unit] ?? 0);
  if (bytes < 2 ** 24) {
    throw new LabError(
      'Invalid',
      `"${text}" is no size of a drive: use a number with M, G or T, 16M or more`,
    );
  }
  return bytes;
}
