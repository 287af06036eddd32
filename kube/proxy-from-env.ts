import { firstSet } from './first-set.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment asks for, by the rules of Go's net/http that kubectl users know: HTTPS_PROXY for
 * https, HTTP_PROXY for http, upper or lower case, NO_PROXY with suffixes, loopback never.
 */
export function proxyFromEnv(server: string, env: Env): string | undefined {
  const url = new URL(server);
  const name = url.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const proxy = firstSet(env[name], env[name.toLowerCase()]);
  if (!proxy || isLoopback(url.hostname)) return undefined;
  const exceptions = (firstSet(env.NO_PROXY, env.no_proxy) ?? '').split(',').map((item) => item.trim());
  if (exceptions.some((exception) => covers(exception, url))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host.startsWith('127.');

function covers(exception: string, url: URL): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  const [host = '', port] = exception.split(/:(?=\d+$)/);
  if (port !== undefined && port !== (url.port || '443')) return false;
  if (host.includes('/')) return inNetwork(url.hostname, host);
  const suffix = host.replace(/^\*?\./, '');
  return url.hostname === host || url.hostname === suffix || url.hostname.endsWith(`.${suffix}`);
}

/** IPv4 only: clusters behind IPv6 proxies name their exceptions by host. */
function inNetwork(host: string, network: string): boolean {
  const [base = '', length] = network.split('/');
  const [address, start] = [ipv4(host), ipv4(base)];
  if (address === undefined || start === undefined) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(address / size) === Math.floor(start / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
