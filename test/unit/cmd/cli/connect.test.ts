import { describe, expect, it } from 'vitest';
import { connectionFlags, requestTimeout } from '../../../../cmd/cli/connect.ts';

describe('connection flags', () => {
  it('pass on only what was given', () => {
    expect(connectionFlags({ context: 'a', 'insecure-skip-tls-verify': false })).toEqual({ context: 'a' });
  });

  it('keep all their names', () => {
    const flags = {
      kubeconfig: 'f',
      context: 'a',
      cluster: 'b',
      user: 'c',
      server: 'd',
      namespace: 'e',
      token: 'g',
      'certificate-authority': 'h',
      'client-certificate': 'i',
      'client-key': 'j',
      'tls-server-name': 'k',
      as: 'l',
      'as-uid': 'm',
      'as-group': ['n'],
      'insecure-skip-tls-verify': true,
    };
    expect(connectionFlags(flags)).toEqual({
      kubeconfig: 'f',
      context: 'a',
      cluster: 'b',
      user: 'c',
      server: 'd',
      namespace: 'e',
      token: 'g',
      certificateAuthority: 'h',
      clientCertificate: 'i',
      clientKey: 'j',
      tlsServerName: 'k',
      as: 'l',
      asUid: 'm',
      asGroup: ['n'],
      insecureSkipTlsVerify: true,
    });
  });
});

describe('--request-timeout', () => {
  it.each([
    [undefined, undefined],
    ['0', 0],
    ['5', 5000],
    ['1m', 60_000],
  ])('%s is %s ms', (text, ms) => {
    expect(requestTimeout({ 'request-timeout': text })).toBe(ms);
  });

  it('refuses anything else in kubectl’s words', () => {
    expect(() => requestTimeout({ 'request-timeout': 'soon' })).toThrow(/^Invalid timeout value/);
  });
});
