import { UsageError } from '../errors/usage.ts';
import { customColumns } from './custom-columns.ts';
import { parseTemplate } from './jsonpath/template.ts';

/** How results are written; what `-o` says. */
export type OutputFormat =
  | { kind: 'table'; wide: boolean }
  | { kind: 'json' }
  | { kind: 'yaml' }
  | { kind: 'name' }
  | { kind: 'jsonpath'; template: string }
  | { kind: 'custom-columns'; spec: string };

/** Values of `-o`, as completion offers them and the refusal lists them. */
export const OUTPUT_FORMATS = ['custom-columns', 'json', 'jsonpath', 'name', 'wide', 'yaml'] as const;

/** Reads the value of `-o`; a wrong one is refused in kubectl's words, before the cluster is asked. */
export function parseOutputFormat(text: string | undefined): OutputFormat {
  if (text === undefined || text === '') return { kind: 'table', wide: false };
  const [name = '', ...rest] = text.split('=');
  const argument = rest.join('=');
  switch (name) {
    case 'wide':
      return { kind: 'table', wide: true };
    case 'json':
    case 'yaml':
    case 'name':
      return { kind: name };
    case 'jsonpath':
      return jsonpath(argument);
    case 'custom-columns':
      customColumns(argument);
      return { kind: 'custom-columns', spec: argument };
    default:
      throw new UsageError(
        `unable to match a printer suitable for the output format "${name}", allowed formats are: ${OUTPUT_FORMATS.join(',')}`,
      );
  }
}

function jsonpath(template: string): OutputFormat {
  if (template === '') throw new UsageError('template format specified but no template given');
  parseTemplate(template);
  return { kind: 'jsonpath', template };
}
