import { describe, expect, it } from 'vitest';
import { JSONPathError } from '../../../../cmd/print/jsonpath/path.ts';
import { parseRelaxedPath } from '../../../../cmd/print/jsonpath/relaxed.ts';
import { renderTemplate } from '../../../../cmd/print/jsonpath/template.ts';

// The object and the expectations follow the examples of the Kubernetes page "JSONPath Support".
const list = {
  kind: 'List',
  items: [
    {
      kind: 'None',
      metadata: { name: '127.0.0.1', labels: { 'kubernetes.io/hostname': '127.0.0.1' } },
      status: { capacity: { cpu: '4' } },
    },
    { kind: 'None', metadata: { name: '127.0.0.2' }, status: { capacity: { cpu: '8' } } },
    { kind: 'None', metadata: { name: '127.0.0.3' }, status: { capacity: { cpu: '12' } } },
  ],
  users: [
    { name: 'myself', user: {}, age: 3 },
    { name: 'e2e', user: { username: 'admin', password: 'secret' }, age: 7 },
  ],
};

describe('-o jsonpath', () => {
  it.each([
    ['kind is {.kind}', 'kind is List'],
    ["{['kind']}", 'List'],
    ['{..name}', '127.0.0.1 127.0.0.2 127.0.0.3 myself e2e'],
    ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2 127.0.0.3'],
    ['{.users[0].name}', 'myself'],
    ['{.users[-1].name}', 'e2e'],
    ['{.items[0:2].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['{.items[-2:].metadata.name}', '127.0.0.2 127.0.0.3'],
    ['{.items[0,2].metadata.name}', '127.0.0.1 127.0.0.3'],
    ["{.items[0:2]['metadata.name', 'status.capacity']}", '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}'],
    ["{.items[*].metadata.labels['kubernetes\\.io/hostname']}", '127.0.0.1'],
    ["{.items[0]['kind','metadata'].name}", '127.0.0.1'],
    ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
    ["{.users[?(@.name=='e2e')].user.password}", 'secret'],
    ['{.users[?(@.age>3)].name}', 'e2e'],
    ['{.users[?(@.user.username)].name}', 'e2e'],
    [
      '{range .items[*]}[{.metadata.name}, {.status.capacity.cpu}] {end}',
      '[127.0.0.1, 4] [127.0.0.2, 8] [127.0.0.3, 12] ',
    ],
    ['{range .items[*]}{.metadata.name}{"\\t"}{end}', '127.0.0.1\t127.0.0.2\t127.0.0.3\t'],
    ['{.items[*].metadata.labels.kubernetes\\.io/hostname}', '127.0.0.1'],
    ['{range .users[*]}{$.kind}{"\\n"}{end}', 'List\nList\n'],
    ['{.users[1].user}', '{"username":"admin","password":"secret"}'],
    ['{.missing.field}', ''],
    ['{$.kind}{@.kind}', 'ListList'],
  ])('%s', (template, expected) => {
    expect(renderTemplate(template, list)).toBe(expected);
  });

  it.each(['{.items[*', '{.items[5].kind}', '{range .items[*]}x', 'x{end}', '{.items[x]}', '{.a b}'])(
    'refuses %s with a JSONPathError',
    (template) => {
      expect(() => renderTemplate(template, list)).toThrow(JSONPathError);
    },
  );
});

describe('paths of --sort-by and custom-columns', () => {
  it.each(['metadata.name', '.metadata.name', '{metadata.name}', '{.metadata.name}'])(
    'read %s alike',
    (text) => {
      expect(parseRelaxedPath(text)).toEqual(parseRelaxedPath('.metadata.name'));
    },
  );

  it('refuse a half-open brace', () => {
    expect(() => parseRelaxedPath('{.metadata')).toThrow(/unexpected path string/);
  });
});
