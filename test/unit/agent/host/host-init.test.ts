import { expect, test } from 'vitest';
import { FIRST_PID_NAMESPACE, findHostInit } from '../../../../agent/host/host-init.ts';

test('on the host, process 1 is the host’s', () => {
  const facts = { ownPidNamespace: FIRST_PID_NAMESPACE, initRoot: '1:2', mountedRoot: '1:2' };
  expect(findHostInit({ rootMount: '/', ...facts })).toEqual({
    found: true,
    proc: '/proc',
    sharesPids: true,
  });
});

test.each([
  ['a container that took itself for the host', { ownPidNamespace: 'pid:[4026532555]', initRoot: '1:2' }],
  [
    'a container with the host’s PIDs but its own root',
    { ownPidNamespace: FIRST_PID_NAMESPACE, initRoot: '9:9' },
  ],
  ['somebody who may not look at process 1', { ownPidNamespace: FIRST_PID_NAMESPACE }],
])('refuses %s', (_, facts) => {
  const init = findHostInit({ rootMount: '/', mountedRoot: '1:2', ...facts });
  expect(init).toMatchObject({ found: false, reason: expect.stringContaining('/host') as string });
});

test('in a container with hostPID, the proc of the host’s root shows the same process 1', () => {
  const facts = { initMountNamespace: 'mnt:[1]', mountedInitMountNamespace: 'mnt:[1]' };
  const init = findHostInit({ rootMount: '/host', ...facts });
  expect(init).toEqual({ found: true, proc: '/host/proc', sharesPids: true });
});

test('in a container without hostPID, our process 1 is another one, and is not entered', () => {
  const facts = { initMountNamespace: 'mnt:[7]', mountedInitMountNamespace: 'mnt:[1]' };
  const init = findHostInit({ rootMount: '/host', ...facts });
  expect(init).toEqual({ found: true, proc: '/host/proc', sharesPids: false });
});

test('without the host’s proc, a process 1 with the mounted root is the host’s', () => {
  const facts = { initMountNamespace: 'mnt:[1]', initRoot: '1:2', mountedRoot: '1:2' };
  const init = findHostInit({ rootMount: '/host', ...facts });
  expect(init).toEqual({ found: true, proc: '/proc', sharesPids: true });
});

test('the pause process of a pod that shares its PIDs is not the host’s', () => {
  const facts = { initMountNamespace: 'mnt:[7]', initRoot: '9:9', mountedRoot: '1:2' };
  const init = findHostInit({ rootMount: '/host', ...facts });
  expect(init).toMatchObject({ found: false, reason: expect.stringContaining('hostPID: true') as string });
});

test('two failed looks are not taken for equal ones', () => {
  expect(findHostInit({ rootMount: '/host' })).toMatchObject({ found: false });
  expect(findHostInit({ rootMount: '/', ownPidNamespace: FIRST_PID_NAMESPACE })).toMatchObject({
    found: false,
  });
});
