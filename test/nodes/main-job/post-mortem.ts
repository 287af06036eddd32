import { join } from 'node:path';
import type { LabContext } from '../../../lab/context.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import type { Lab } from '../../../lab/lab.ts';
import { logTail } from '../../../lab/process/tracked.ts';

const QUESTIONS: readonly (readonly string[])[] = [
  ['get', 'nodes,pv,pvc,pods', '-A', '-o', 'wide'],
  [
    'get',
    'nvmenodes',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions}{"\\n"}{end}',
  ],
  ['get', 'events', '-A', '--sort-by=.lastTimestamp'],
  ['logs', '-n', 'kubectl-nvme-agent', '--selector=app.kubernetes.io/name=nvme-agent', '--tail=40'],
  ['get', 'configmap', '-n', 'kubectl-nvme', 'nvme-webhook-cleanup', '-o', 'jsonpath={.data}'],
];

/** What a person would ask a cluster in which something did not come about: a time-out alone tells no cause. */
export async function postMortem(ctx: LabContext, lab: Lab): Promise<string> {
  const answers = QUESTIONS.map(async (question) => {
    const answer = await kubectl(ctx, lab, ...question).catch((error: unknown) => String(error));
    return `$ kubectl ${question.join(' ')}\n${answer.trimEnd().split('\n').slice(-60).join('\n')}`;
  });
  const webhook = `webhook's log:\n${await logTail(join(lab.dir, 'logs', 'webhook.log'), 60)}`;
  return [...(await Promise.all(answers)), webhook].join('\n\n');
}
