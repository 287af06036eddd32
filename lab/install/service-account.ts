import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { LabContext } from '../context.ts';
import { LabError } from '../errors.ts';
import type { Lab } from '../lab.ts';
import { kubectl } from './kubectl.ts';

/** Whose token to ask for. */
export interface ServiceAccountRef {
  namespace: string;
  account: string;
  /** A pod of that account: its token then names the pod's node, as a token mounted by a kubelet does. */
  boundPod?: string;
  /** As kubectl takes it, `24h`; the API server's own hour when absent. */
  duration?: string;
}

/** A kubeconfig with a fresh token of a service account and nothing else; its path. */
export async function serviceAccountKubeconfig(
  ctx: LabContext,
  lab: Lab,
  { namespace, account, boundPod, duration }: ServiceAccountRef,
): Promise<string> {
  const bound = boundPod === undefined ? [] : ['--bound-object-kind=Pod', `--bound-object-name=${boundPod}`];
  const life = duration === undefined ? [] : [`--duration=${duration}`];
  const token = await kubectl(ctx, lab, 'create', 'token', account, '-n', namespace, ...bound, ...life);
  const config = parse(await readFile(lab.kubeconfig, 'utf8')) as { users?: { user: object }[] };
  const user = config.users?.[0];
  if (user === undefined) throw new LabError('Invalid', `${lab.kubeconfig} holds no user`);
  user.user = { token: token.trim() };
  const path = join(lab.dir, `${[account, boundPod].filter(Boolean).join('-')}.kubeconfig`);
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}
