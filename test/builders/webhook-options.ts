import { webhookCommand, type WebhookOptions } from '../../webhook/options.ts';

/** What the program makes of these flags. */
export async function webhookOptions(...flags: string[]): Promise<WebhookOptions> {
  let parsed: WebhookOptions | undefined;
  const command = webhookCommand({}, (options) => {
    parsed = options;
    return Promise.resolve();
  });
  await command.parseAsync(['node', 'nvme-webhook', ...flags]);
  if (parsed === undefined) throw new Error(`Expected options from ${flags.join(' ')}`);
  return parsed;
}
