import { AGENT_NAME, AGENT_NAMESPACE, HOME_NAMESPACE, NAME_LABEL, WEBHOOK_NAME } from '../../../api/parts.ts';
import { daemonSetRollout, deploymentRollout, type Rollout } from '../../install/rollout.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { known, type Survey } from '../survey.ts';

/** Whether everything is there and runs. */
export const installation: Check = {
  name: 'installation',
  run(survey) {
    if (!known(survey.served)) {
      const message = 'kubectl-nvme is not installed: the API server does not know its kinds';
      return [{ level: 'error', message, fix: 'kubectl nvme install' }];
    }
    return [...webhookProblems(survey), ...agentProblems(survey)];
  },
};

function webhookProblems(survey: Survey): Found[] {
  const deployment = known(survey.webhook);
  const object = `deployment/${WEBHOOK_NAME}`;
  if (deployment === undefined) return [missing(object)];
  const works = (deployment.status?.availableReplicas ?? 0) > 0;
  const place = { object, namespace: HOME_NAMESPACE, program: WEBHOOK_NAME };
  return unfinished(deploymentRollout(deployment), works, known(survey.webhookTrouble), place);
}

function agentProblems(survey: Survey): Found[] {
  const daemonSet = known(survey.agent);
  const object = `daemonset/${AGENT_NAME}`;
  if (daemonSet === undefined) return [missing(object)];
  const place = { object, namespace: AGENT_NAMESPACE, program: AGENT_NAME };
  const works = (daemonSet.status?.numberAvailable ?? 0) > 0;
  return unfinished(daemonSetRollout(daemonSet), works, known(survey.agentTrouble), place);
}

const missing = (object: string): Found => ({
  level: 'error',
  object,
  message: 'is not there',
  fix: 'kubectl nvme install',
});

function unfinished(
  rollout: Rollout,
  works: boolean,
  trouble: readonly string[],
  { object, namespace, program }: { object: string; namespace: string; program: string },
): Found[] {
  if (rollout.done) return [];
  return [
    {
      level: works ? 'warning' : 'error',
      object,
      message: [rollout.missing, ...trouble].join(': '),
      fix: `kubectl describe pods -n ${namespace} -l ${NAME_LABEL}=${program}`,
    },
  ];
}
