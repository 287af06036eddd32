import { describe, expect, it } from 'vitest';
import { Failures } from '../../../../cmd/errors/exit.ts';
import { allOf } from '../../../../cmd/read/all-of.ts';
import { nodes, pods } from '../../../../kube/resources.ts';
import { forbidden, internalError, notFound } from '../../../fakes/kube-answers.ts';

describe('reading several things at once', () => {
  it('gives them in their order', async () => {
    expect(await allOf([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
  });

  it('tells of every missing permission and name, also of those of an inner read', async () => {
    const inner = allOf([Promise.reject(notFound(nodes, 'n9')), Promise.resolve(1)]);
    const failure = allOf([inner, Promise.reject(forbidden(pods, 'list'))]);
    await expect(failure).rejects.toBeInstanceOf(Failures);
    await expect(failure).rejects.toMatchObject({ errors: [{ code: 404 }, { code: 403 }] });
  });

  it('tells of the first failure in order where a server is in trouble, not of the first in time', async () => {
    const late = new Promise((_, reject) => setImmediate(() => reject(internalError())));
    await expect(allOf([late, Promise.reject(forbidden(pods, 'list'))])).rejects.toMatchObject({ code: 500 });
  });
});
