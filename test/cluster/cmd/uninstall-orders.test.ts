import { afterAll, beforeAll, describe, it } from 'vitest';
import { AGENT_NAMESPACE, HOME_NAMESPACE } from '../../../api/parts.ts';
import type { InstallScene } from './install-scene.ts';
import { openUninstallScene, OURS, uninstallAfter, type TakenFirst } from './uninstall-scene.ts';

const REGISTRATIONS = 'mutatingwebhookconfigurations,validatingwebhookconfigurations';
const POLICIES = 'mutatingadmissionpolicies,mutatingadmissionpolicybindings';
const RIGHTS = 'clusterroles,clusterrolebindings,roles,rolebindings';
const DEFINITIONS = 'customresourcedefinitions';

describe('uninstalling in any order', () => {
  let scene: InstallScene;
  beforeAll(async () => {
    scene = await openUninstallScene();
  });
  afterAll(() => scene.close());

  it.each<TakenFirst>([
    { what: 'the webhook configurations', admission: 'webhook', args: [REGISTRATIONS, OURS] },
    { what: 'the CRDs', admission: 'webhook', args: [DEFINITIONS, OURS] },
    { what: 'the agents’ namespace', admission: 'webhook', args: ['namespace', AGENT_NAMESPACE] },
    { what: 'the RBAC', admission: 'webhook', args: [RIGHTS, '-A', OURS] },
    { what: 'the workloads', admission: 'webhook', args: ['deployments,daemonsets', '-A', OURS] },
    { what: 'the policy', admission: 'policy', args: [POLICIES, OURS] },
    { what: 'the CRDs that the policy reads', admission: 'policy', args: [DEFINITIONS, OURS] },
    { what: 'the namespace beside a policy', admission: 'policy', args: ['namespace', HOME_NAMESPACE] },
    { what: 'nothing', admission: 'none' },
  ])('$what first (admission: $admission): nodes join, and none keeps our taint', (taken) =>
    uninstallAfter(scene, taken),
  );
});
