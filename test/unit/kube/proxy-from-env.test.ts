import { describe, expect, it } from 'vitest';
import { proxyFromEnv } from '../../../kube/proxy-from-env.ts';

describe('the proxy of the environment', () => {
  const env = { HTTPS_PROXY: 'proxy:3128', NO_PROXY: '10.0.0.0/8,.corp.example,exact.example,other:8443' };

  it.each([
    ['https://eks.example:443', 'http://proxy:3128'],
    ['http://eks.example:443', undefined],
    ['https://127.0.0.1:6443', undefined],
    ['https://localhost:6443', undefined],
    ['https://10.1.2.3:6443', undefined],
    ['https://11.1.2.3:6443', 'http://proxy:3128'],
    ['https://a.corp.example', undefined],
    ['https://exact.example', undefined],
    ['https://sub.exact.example', undefined],
    ['https://notexact.example', 'http://proxy:3128'],
    ['https://other:8443', undefined],
    ['https://other:6443', 'http://proxy:3128'],
  ])('for %s is %s', (server, proxy) => {
    expect(proxyFromEnv(server, env)).toBe(proxy);
  });

  it('is none without the variable, or when everything is excepted', () => {
    expect(proxyFromEnv('https://a.example', {})).toBeUndefined();
    expect(proxyFromEnv('https://a.example', { ...env, NO_PROXY: '*' })).toBeUndefined();
    expect(proxyFromEnv('https://a.example', { https_proxy: 'socks5://x:1' })).toBe('socks5://x:1');
  });
});
