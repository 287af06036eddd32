import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../cmd/errors/usage.ts';
import { parseOutputFormat } from '../../../../cmd/print/format.ts';
import { printObjects, type Printable } from '../../../../cmd/print/objects.ts';
import { sortByPath } from '../../../../cmd/print/sort.ts';

interface Thing {
  name: string;
  size?: number;
}

const printable: Printable<Thing> = {
  columns: [
    { header: 'NAME', value: ({ name }) => name },
    { header: 'SIZE', value: ({ size }) => String(size) },
  ],
  name: ({ name }) => `thing/${name}`,
};
const things: Thing[] = [{ name: 'b', size: 2 }, { name: 'a' }];

function print(output: string | undefined, { single = false, objects = things } = {}): Promise<string> {
  return printObjects(objects, printable, { format: parseOutputFormat(output), headers: true, single });
}

describe('printing', () => {
  it('writes one object bare and several as a List', async () => {
    expect(JSON.parse(await print('json', { single: true, objects: [{ name: 'b', size: 2 }] }))).toEqual({
      name: 'b',
      size: 2,
    });
    expect(JSON.parse(await print('json'))).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: things,
      metadata: { resourceVersion: '' },
    });
  });

  it('indents JSON by four and sorts its keys', async () => {
    expect(await print('json', { single: true, objects: [{ size: 1, name: 'x' }] })).toBe(
      '{\n    "name": "x",\n    "size": 1\n}\n',
    );
  });

  it('writes YAML with list items at their key’s column', async () => {
    expect(await print('yaml')).toBe(
      'apiVersion: v1\nitems:\n- name: b\n  size: 2\n- name: a\nkind: List\nmetadata:\n  resourceVersion: ""\n',
    );
  });

  it('writes names', async () => {
    expect(await print('name')).toBe('thing/b\nthing/a\n');
  });

  it('writes custom columns, <none> for what is missing', async () => {
    expect(await print('custom-columns=WHO:.name,HOW:.size')).toBe('WHO   HOW\nb     2\na     <none>\n');
  });

  it.each([
    [
      'foo',
      /unable to match a printer suitable for the output format "foo", allowed formats are: custom-columns,json/,
    ],
    ['custom-columns=', /no custom columns given/],
    ['custom-columns=NAME', /expected <header>:<json-path-expr>/],
    ['jsonpath=', /no template given/],
  ])('refuses -o %s before anything is asked', (output, message) => {
    expect(() => parseOutputFormat(output)).toThrow(UsageError);
    expect(() => parseOutputFormat(output)).toThrow(message);
  });
});

describe('--sort-by', () => {
  it('puts objects without the field first and orders numbers as numbers', () => {
    const sorted = sortByPath([{ n: 10 }, { n: 9 }, {}], '.n');
    expect(sorted).toEqual([{}, { n: 9 }, { n: 10 }]);
  });

  it('orders names with numbers naturally and keeps equals in place', () => {
    const sorted = sortByPath([{ n: 'w-10' }, { n: 'w-9' }], '{.n}');
    expect(sorted).toEqual([{ n: 'w-9' }, { n: 'w-10' }]);
  });
});
