import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../api/duration.ts';
import { firstSet } from '../kube/first-set.ts';
import type { WebhookAddress } from './registration/configuration.ts';
import { version } from './version.ts';

/** What `nvme-webhook` was asked for; durations in milliseconds. */
export interface WebhookOptions {
  port: number;
  healthPort: number;
  bindAddress?: string;
  /** Base address for an API server that reaches us without a Service. */
  url?: string;
  serviceName: string;
  namespace: string;
  kubeconfig?: string;
  context?: string;
  admission: boolean;
  controllers: boolean;
  leaderElect: boolean;
  cleanupDryRun: boolean;
  spdkSettle: number;
  podName: string;
  drainDelay: number;
  caLifetime: number;
  leafLifetime: number;
  certificateSettle: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The command of `nvme-webhook`. Every option is an environment variable of the same name too (`--health-port`,
 * HEALTH_PORT); the command line wins. `action` gets the parsed options.
 */
export function webhookCommand(
  env: Environment,
  action: (options: WebhookOptions) => Promise<void>,
): Command {
  const command = new Command('nvme-webhook')
    .description(
      'Taints new nodes whose local NVMe drives are not ready yet, enrols them, and cleans up after nodes that are gone.',
    )
    .version(version())
    .showHelpAfterError('(nvme-webhook --help lists the options)');
  for (const option of options(env)) command.addOption(option);
  return command.action((parsed: WebhookOptions) => action(parsed));
}

/** How the API server is told to reach us. */
export const addressOf = ({ url, serviceName: name, namespace }: WebhookOptions): WebhookAddress =>
  url === undefined ? { kind: 'service', namespace, name } : { kind: 'url', base: url };

function options(env: Environment): Option[] {
  return [
    port('--port <number>', 'port of the admission endpoint (HTTPS)', 8443),
    port('--health-port <number>', 'port of /healthz, /readyz and /metrics (plain HTTP)', 8080),
    new Option('--bind-address <ip>', 'address to listen on instead of all'),
    new Option('--url <url>', 'base URL that the API server calls instead of the Service').argParser(
      httpsURL,
    ),
    new Option('--service-name <name>', 'Service that leads to this program').default('nvme-webhook'),
    new Option('--namespace <name>', 'namespace of the Service, the CA and the Lease').default(
      'kubectl-nvme',
    ),
    new Option('--kubeconfig <file>', 'kubeconfig to use outside a cluster'),
    new Option('--context <name>', 'context of the kubeconfig'),
    new Option('--no-admission', 'do not serve nor register the webhook'),
    new Option('--no-controllers', 'do not enrol nodes nor clean up'),
    new Option('--no-leader-elect', 'run the controllers without a Lease (one replica only)'),
    new Option(
      '--cleanup-dry-run',
      'only log what clean-up would delete, and which volumes it would keep for a machine that registered again',
    ).default(false),
    duration(
      '--spdk-settle <duration>',
      'time for which a node must stay the same before its SPDK Deployment follows',
      '60s',
    ),
    new Option('--pod-name <name>', 'who we are in the Lease and in Events').default('nvme-webhook'),
    duration('--drain-delay <duration>', 'time between not ready and no more connections at the end', '3s'),
    duration('--ca-lifetime <duration>', 'of the certificate authority', '87600h'),
    duration('--leaf-lifetime <duration>', 'of the serving certificate', '2160h'),
    duration('--certificate-settle <duration>', 'time for the API server to see a new caBundle', '10s'),
  ].map((option) => fromEnvironment(option, env));
}

const port = (flags: string, text: string, value: number): Option =>
  new Option(flags, text).default(value).argParser(portNumber);

const duration = (flags: string, text: string, value: string): Option =>
  new Option(flags, text).default(parseDuration(value), value).argParser(milliseconds);

/** commander's own `env()` would read the process's environment, which is main's to give. */
function fromEnvironment(option: Option, env: Environment): Option {
  const name = (option.long ?? '').replace(/^--(no-)?/, '');
  const variable = name.toUpperCase().replaceAll('-', '_');
  const text = variable === 'KUBECONFIG' ? undefined : firstSet(env[variable]);
  option.description += ` [env: ${variable}]`;
  if (text === undefined) return option;
  return option.default(option.required ? parsed(option, text) : isTrue(variable, text), text);
}

const parsed = (option: Option, text: string): unknown =>
  option.parseArg ? option.parseArg(text, undefined) : text;

function isTrue(variable: string, text: string): boolean {
  if (/^(?:true|1)$/i.test(text)) return true;
  if (/^(?:false|0)$/i.test(text)) return false;
  throw new InvalidArgumentError(`Expected ${variable} to be true or false, got \`${text}\``);
}

function portNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535 && text !== '') return number;
  throw new InvalidArgumentError(`Expected a port from 0 to 65535, got \`${text}\``);
}

function milliseconds(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** The API server calls webhooks over https only, and takes neither user, query nor fragment. */
function httpsURL(text: string): string {
  const url = URL.parse(text);
  const isPlain = url?.username === '' && url.search === '' && url.hash === '';
  if (url?.protocol === 'https:' && isPlain) return url.href;
  throw new InvalidArgumentError(`Expected an https URL such as https://127.0.0.1:8443, got \`${text}\``);
}
