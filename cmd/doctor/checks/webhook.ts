import { HOME_NAMESPACE, NAME_LABEL, REGISTRATION_NAME, WEBHOOK_NAME } from '../../../api/parts.ts';
import type { Check } from '../check.ts';
import type { Found } from '../finding.ts';
import { certificateProblem } from '../certificates.ts';
import { known, type Survey } from '../survey.ts';

const OBJECT = `mutatingwebhookconfiguration/${REGISTRATION_NAME}`;
const LOGS = `kubectl logs -n ${HOME_NAMESPACE} -l ${NAME_LABEL}=${WEBHOOK_NAME}`;

/** Whether new nodes are tainted in their very creation, and whether the webhook could ever keep one out. */
export const webhook: Check = {
  name: 'webhook',
  installed: true,
  run(survey) {
    const admission = known(survey.record)?.options.admission ?? 'webhook';
    if (admission !== 'webhook') return admission === 'none' ? [] : birthProblems(survey);
    const problems = registrationProblems(survey);
    // Without a registration or a server the dry run has nothing to add.
    return problems.length > 0 ? problems : birthProblems(survey);
  },
};

function registrationProblems(survey: Survey): Found[] {
  const registered = known(survey.registration)?.webhooks ?? [];
  if (registered.length === 0) {
    const message = 'is not there: nodes are tainted only after their birth, by the enrol controller';
    return [{ level: 'error', object: OBJECT, message, fix: `Its programs write it; see ${LOGS}` }];
  }
  return registered.flatMap(({ failurePolicy, clientConfig }) => [
    ...(failurePolicy === 'Ignore' ? [] : [blocking(failurePolicy)]),
    ...certificateProblems(clientConfig.caBundle, survey.now),
    ...(clientConfig.service === undefined ? [] : endpointProblems(survey)),
  ]);
}

const blocking = (policy = 'Fail'): Found => ({
  level: 'error',
  object: OBJECT,
  message: `has failurePolicy ${policy}: no node can join while the webhook is away`,
  fix: `kubectl delete ${OBJECT}; the webhook writes it anew with Ignore`,
});

function certificateProblems(caBundle: string | undefined, now: number): Found[] {
  const problem = certificateProblem(caBundle, now);
  return problem === undefined
    ? []
    : [{ ...problem, object: OBJECT, fix: `The webhook renews it by itself; why it did not: ${LOGS}` }];
}

function endpointProblems(survey: Survey): Found[] {
  const ready = known(survey.endpoints).flatMap(({ endpoints = [] }) =>
    // A condition that is not set counts as ready (discovery/v1).
    endpoints.filter(({ conditions }) => conditions?.ready !== false),
  );
  if (ready.length > 0) return [];
  return [
    {
      level: 'error',
      object: `service/${WEBHOOK_NAME}`,
      message: 'has no ready endpoint: the API server cannot reach the webhook',
      fix: `kubectl get pods -n ${HOME_NAMESPACE} -l ${NAME_LABEL}=${WEBHOOK_NAME}`,
    },
  ];
}

function birthProblems(survey: Survey): Found[] {
  const birth = known(survey.birth);
  if (birth === undefined || birth.missing.length === 0) return [];
  const keys = birth.missing.map(({ key, effect }) => `${key}:${effect}`).join(', ');
  return [
    {
      level: 'error',
      object: `nvmeprofile/${birth.profile}`,
      message: `a new node of this profile would be born without ${keys} (tried as a dry run)`,
      fix: `The API server does not reach the webhook in time: look at network policies and firewalls on port 8443, and at ${LOGS}`,
    },
  ];
}
