import { describe, expect, it } from 'vitest';
import { consoleCommands, matchesPage } from '../../builders/console-page.ts';

describe('a page of commands', () => {
  it('is the commands of its blocks with what they print', () => {
    const page = 'text\n\n```console\n$ a b\none\n\ntwo\n$ c\n```\n\n```sh\n$ d\n```\n';
    expect(consoleCommands(page)).toEqual([
      { command: 'a b', expected: 'one\n\ntwo' },
      { command: 'c', expected: '' },
    ]);
  });

  it.each([
    ['NAME   AGE\nn1     5s\n', 'NAME  AGE\nn1 …', true],
    ['a\nb\nc\n', '…\nc', true],
    ['c\n', '…\nc', true],
    ['a\nb\n', '…\nc', false],
    ['a (x)\n', 'a (x)', true],
    ['a x\n', 'a (x)', false],
    ['a\nmore\n', 'a', false],
    ['', '', true],
  ])('matches %j to %j: %s', (output, expected, matches) => {
    expect(matchesPage(output, expected)).toBe(matches);
  });
});
