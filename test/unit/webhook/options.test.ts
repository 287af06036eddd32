import { describe, expect, it } from 'vitest';
import {
  addressOf,
  webhookCommand,
  type Environment,
  type WebhookOptions,
} from '../../../webhook/options.ts';

async function parse(args: string[], env: Environment = {}): Promise<WebhookOptions> {
  let parsed: WebhookOptions | undefined;
  const command = webhookCommand(env, (options) => {
    parsed = options;
    return Promise.resolve();
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(args, { from: 'user' });
  return parsed ?? expect.fail('the action was not called');
}

describe('the options of nvme-webhook', () => {
  it('has defaults that fit the Deployment', async () => {
    const options = await parse([]);
    expect(options).toMatchObject({
      port: 8443,
      healthPort: 8080,
      namespace: 'kubectl-nvme',
      admission: true,
      controllers: true,
      leaderElect: true,
      drainDelay: 3000,
      cleanupDryRun: false,
      spdkSettle: 60_000,
    });
    expect(addressOf(options)).toEqual({ kind: 'service', namespace: 'kubectl-nvme', name: 'nvme-webhook' });
  });

  it('takes every option from the environment too, the command line first', async () => {
    const env = {
      PORT: '1',
      HEALTH_PORT: '2',
      NAMESPACE: 'ns',
      POD_NAME: 'p',
      LEADER_ELECT: 'false',
      DRAIN_DELAY: '1m',
    };
    expect(await parse(['--port', '3'], env)).toMatchObject({
      port: 3,
      healthPort: 2,
      namespace: 'ns',
      podName: 'p',
      leaderElect: false,
      drainDelay: 60_000,
    });
  });

  it('takes an https URL for an API server beside it', async () => {
    expect(addressOf(await parse(['--url', 'https://127.0.0.1:8443']))).toEqual({
      kind: 'url',
      base: 'https://127.0.0.1:8443/',
    });
  });

  it.each([
    [['--port', 'x'], 'Expected a port'],
    [['--health-port', '70000'], 'Expected a port'],
    [['--url', 'http://127.0.0.1'], 'Expected an https URL'],
    [['--url', 'https://u@127.0.0.1'], 'Expected an https URL'],
    [['--drain-delay', 'soon'], 'Expected a duration'],
    [['--unknown'], 'unknown option'],
    [['what'], 'too many arguments'],
  ])('refuses %j', async (args, message) => {
    await expect(parse(args)).rejects.toThrow(message);
  });

  it('refuses an environment that is no truth', async () => {
    await expect(parse([], { CONTROLLERS: 'perhaps' })).rejects.toThrow(
      'Expected CONTROLLERS to be true or false',
    );
  });
});
