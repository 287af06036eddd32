import { CHUNK_SIZE_FLAG } from './chunk-size.ts';
import { isOn, textOf, type Flag, type FlagValues } from './flag.ts';
import { OUTPUT_FORMATS, parseOutputFormat, type OutputFormat } from '../print/format.ts';
import { parseRelaxedPath } from '../print/jsonpath/relaxed.ts';

/** Flags of every verb that prints objects. */
export const PRINT_FLAGS: readonly Flag[] = [
  {
    long: 'output',
    short: 'o',
    value: 'FORMAT',
    candidates: OUTPUT_FORMATS.map((name) => (/^(jsonpath|custom)/.test(name) ? `${name}=` : name)),
    description: `Output format. One of: ${OUTPUT_FORMATS.join(', ')}`,
  },
  { long: 'no-headers', description: 'Leave out the table’s header line' },
  {
    long: 'sort-by',
    value: 'JSONPATH',
    description: "Sort by this field of the JSON output, for example '.capacity'",
  },
  CHUNK_SIZE_FLAG,
];

/** How a list is to be printed. */
export interface PrintRequest {
  format: OutputFormat;
  headers: boolean;
  sortBy?: string;
}

/** Reads PRINT_FLAGS; a bad format or path is refused before the cluster is asked. */
export function printRequest(flags: FlagValues): PrintRequest {
  const sortBy = textOf(flags, 'sort-by');
  if (sortBy !== undefined) parseRelaxedPath(sortBy);
  return {
    format: parseOutputFormat(textOf(flags, 'output')),
    headers: !isOn(flags, 'no-headers'),
    ...(sortBy === undefined ? {} : { sortBy }),
  };
}
