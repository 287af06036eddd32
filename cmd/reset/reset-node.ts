import { nvmeNodes, persistentVolumes, pods } from '../../kube/resources.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { Plan } from '../../api/plan.ts';
import { isConflict, isInvalid } from '../../kube/errors.ts';
import { ask } from '../cli/ask.ts';
import type { DryRun } from '../cli/dry-run.ts';
import type { Context } from '../cli/verb.ts';
import { losses } from '../drain-check/losses.ts';
import { isTied, namesOf } from '../drain-check/tied-volumes.ts';
import { Failure } from '../errors/exit.ts';
import { followRequest } from '../follow/follow-request.ts';
import type { Followed } from '../follow/outcome.ts';
import { openViews } from '../follow/views.ts';
import { optional } from '../read/optional.ts';
import { collect } from '../status/collect.ts';
import { summarizeCluster } from '../status/summarize.ts';
import { nodeOfVolume } from '../status/volumes.ts';
import { decideReset, type ResetSituation } from './decide.ts';
import { resetOutcome } from './outcome.ts';
import { resetText } from './text.ts';

/** How nodes are reset. */
export interface ResetOptions {
  planID?: string;
  /** Do not ask for the node's name. */
  force: boolean;
  dryRun: DryRun;
  wait: boolean;
  timeoutMs: number;
}

/** Shows what is lost, lets a person confirm it, orders the reset and follows it to its end. */
export async function resetNode(name: string, options: ResetOptions, context: Context): Promise<void> {
  const { situation, text } = await readSituation(name, context);
  const decision = decideReset(situation, options.planID);
  if (decision.kind === 'refuse') throw new Failure(decision.message, { next: decision.next });
  if (decision.kind === 'attach') {
    context.stderr.write(`node/${name}: a reset is under way already; following it\n`);
    await follow(name, decision.followed, options, context);
    return;
  }
  const shown = text(decision.plan);
  (options.dryRun === 'none' ? context.stderr : context.stdout).write(shown);
  if (decision.kind === 'nothing') {
    context.stdout.write(`node/${name} unchanged: nothing of kubectl-nvme is on its drives\n`);
    return;
  }
  if (options.dryRun === 'client') return;
  if (options.dryRun === 'none') await confirm(name, options, context);
  const dryRun = options.dryRun === 'server';
  const followed = await order(decision.nvmeNode, decision.plan, { name, dryRun }, context);
  if (dryRun) context.stderr.write(`node/${name} reset (server dry run)\n`);
  else await follow(name, followed, options, context);
}

async function readSituation(name: string, { kube, stderr }: Context) {
  const [{ view, errors }, volumes, running] = await Promise.all([
    collect(kube, { names: [name] }),
    kube.listAll(persistentVolumes),
    optional(kube.listAll(pods), (why) => stderr.write(`Note: Pods are not looked at: ${why}\n`)),
  ]);
  const [node] = view.nodes;
  if (node === undefined) throw errors[0];
  const [nvmeNode] = view.nvmeNodes;
  const names = new Set(namesOf(node));
  const here = volumes.items.filter((volume) => isTied(volume, names));
  const ours = here.filter((volume) => nodeOfVolume(volume) === name);
  const situation: ResetSituation = { node, volumes: ours, ...(nvmeNode ? { nvmeNode } : {}) };
  const lost = losses({ nodes: [node], nvmeNodes: [], volumes: here, pods: running ?? [] });
  const [storage] = summarizeCluster(view, { all: true });
  const text = (plan: Plan): string => (storage ? resetText(name, plan, storage, lost) : '');
  return { situation, text };
}

/** A person has seen the plan: by its ID, or by typing the name of what is about to be emptied. */
async function confirm(name: string, { planID, force }: ResetOptions, context: Context): Promise<void> {
  if (planID !== undefined || force) return;
  const { terminal, signal } = context;
  if (terminal === undefined) {
    throw new Failure(`the reset of node ${name} must be confirmed, and there is no terminal to ask on`, {
      next: `Look at the plan, and give its ID: kubectl nvme reset node ${name} --plan-id ID`,
    });
  }
  const typed = await ask(terminal, `Type the name of the node to empty its drives: `, signal);
  if (typed.trim() !== name)
    throw new Failure(`expected ${name}, got ${typed.trim() || 'nothing'}: not reset`);
}

/** Ordered only on the NVMeNode as it was decided on, and only for the plan that was shown. */
async function order(
  { metadata }: NVMeNode,
  { id: planID }: Plan,
  { name, dryRun }: { name: string; dryRun: boolean },
  { kube, newID }: Context,
): Promise<Followed> {
  const id = newID();
  const operations = [
    { op: 'test' as const, path: '/metadata/uid', value: metadata.uid },
    { op: 'test' as const, path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'add' as const, path: '/spec/request', value: { id, type: 'reset', planID } },
  ];
  try {
    const written = await kube.patch(nvmeNodes, name, { type: 'json', operations }, { dryRun });
    return { requestID: id, generation: written.metadata.generation ?? 0 };
  } catch (error) {
    if (!isConflict(error) && !isInvalid(error)) throw error;
    throw new Failure(`node ${name} has changed since its plan was shown: not reset`, {
      next: `Look at it again: kubectl nvme reset node ${name} --dry-run`,
      cause: error,
    });
  }
}

async function follow(
  name: string,
  followed: Followed,
  options: ResetOptions,
  context: Context,
): Promise<void> {
  if (!options.wait) {
    context.stdout.write(`node/${name} ordered\n`);
    return;
  }
  const views = await openViews([name], context);
  const work = {
    node: name,
    noun: 'reset',
    command: `kubectl nvme reset node ${name}`,
    outcomeOf: (nvmeNode: NVMeNode | undefined) => resetOutcome(nvmeNode, followed),
  };
  const view = await views.open(name, undefined);
  await followRequest(work, context, { view, timeoutMs: options.timeoutMs });
  context.stdout.write(`node/${name} reset\n`);
  const again = `kubectl nvme taint ${name} && kubectl nvme setup node ${name}`;
  context.stderr.write(`node/${name} is paused, and its drives stay raw. Set it up again with: ${again}\n`);
}
