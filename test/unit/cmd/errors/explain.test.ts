import { describe, expect, it } from 'vitest';
import { explain } from '../../../../cmd/errors/explain.ts';
import { Failure, Failures } from '../../../../cmd/errors/exit.ts';
import { NotInstalled } from '../../../../cmd/errors/not-installed.ts';
import { ApiError, TransportError } from '../../../../kube/errors.ts';
import { nodes, nvmeNodes, pods } from '../../../../kube/resources.ts';
import { forbidden, internalError, notFound } from '../../../fakes/kube-answers.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });

describe('error messages', () => {
  it('name the reason of the server, as kubectl does', () => {
    expect(explain(notFound(nodes, 'x'))).toEqual([
      'Error from server (NotFound): nodes "x" not found',
      'See which there are with: kubectl get nodes',
    ]);
    expect(explain(notFound(pods, 'x'))).toEqual(['Error from server (NotFound): pods "x" not found']);
    expect(explain(internalError())).toEqual([
      'Error from server (InternalError): Internal error occurred: etcdserver: request timed out',
    ]);
  });

  it('say which permission is missing', () => {
    expect(explain(forbidden(nvmeNodes, 'list'))[1]).toBe(
      'Missing permission: list nvmenodes.kubectl-nvme.dev. Check with: kubectl auth can-i list nvmenodes.kubectl-nvme.dev',
    );
  });

  it('ask for a login after a 401', () => {
    const error = new ApiError(401, { reason: 'Unauthorized', message: 'Unauthorized' }, 'GET /');
    expect(explain(error)).toEqual([
      'error: You must be logged in to the server (Unauthorized)',
      'Your credentials are missing, wrong or expired: log in again, then check with: kubectl auth whoami',
    ]);
  });

  it('recognise a refused connection behind any number of causes', () => {
    const error = new TransportError('no', 'GET /', {
      cause: new AggregateError([new Error('x', { cause: refused })]),
    });
    expect(explain(error, { host: '127.0.0.1:1' })).toEqual([
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    ]);
  });

  it('pass on every other broken connection', () => {
    expect(explain(new TransportError('GET /: no answer within 5 s', 'GET /'))).toEqual([
      'Unable to connect to the server: GET /: no answer within 5 s',
    ]);
  });

  it('say how to install what is missing', () => {
    const [problem, next] = explain(new NotInstalled('NVMeNode', undefined));
    expect(problem).toMatch(/^error: the server doesn't have the kind NVMeNode/);
    expect(next).toBe('Install it with: kubectl nvme install');
  });

  it('print the next step of a failure, and all of several failures', () => {
    const failures = [notFound(nodes, 'x'), new Failure('no', { next: 'Do this' }), notFound(nodes, 'y')];
    expect(explain(new Failures(failures))).toEqual([
      'Error from server (NotFound): nodes "x" not found',
      'error: no',
      'Do this',
      'Error from server (NotFound): nodes "y" not found',
      'See which there are with: kubectl get nodes',
    ]);
  });
});
