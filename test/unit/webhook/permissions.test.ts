import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { CLEANUP, PROVISIONED_BY, SELECTED_NODE } from '../../../api/keys.ts';
import {
  deployments,
  events,
  mutatingWebhooks,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  roleBindings,
  secrets,
  storageClasses,
  validatingWebhooks,
  type PersistentVolumeClaim,
} from '../../../kube/resources.ts';
import { AnswerCounts } from '../../../kube/answer-counts.ts';
import { createLogger } from '../../../logging/logger.ts';
import { AUTHORITY_SECRET } from '../../../webhook/certificates/authority-secret.ts';
import { assemble, type Parts } from '../../../webhook/parts.ts';
import { PERMISSIONS } from '../../../webhook/permissions.ts';
import { CONFIGURATION_NAME } from '../../../webhook/registration/configuration.ts';
import {
  keptDeployment,
  letIn,
  nodeWithPages,
  pagesPod,
  spdkReport,
} from '../../builders/spdk-deployment.ts';
import { claim, node, nvmeNode, nvmeProfile, persistentVolume } from '../../builders/objects.ts';
import {
  boundClaim,
  publishedVolume,
  registeredNode,
  reported,
  statefulPod,
} from '../../builders/orphans.ts';
import { doneBy, grantedBy } from '../../builders/rbac.ts';
import { webhookOptions } from '../../builders/webhook-options.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { FakeKube } from '../../fakes/kube.ts';

const namespace = 'kubectl-nvme';
const labels = { disk: 'nvme' };

function pinned(name: string, to: string): PersistentVolumeClaim {
  const base = claim({ metadata: { name, namespace: 'default', uid: `uid-${name}` } });
  return { ...base, metadata: { ...base.metadata, annotations: { [SELECTED_NODE]: to } } };
}

const owned = (name: string, uid: string, profile = 'fast') =>
  nvmeNode({
    metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { profile },
  });

/** A cluster in which every part has something to do. */
function busyCluster(kube: FakeKube): void {
  kube.add(nvmeProfiles, nvmeProfile());
  for (const name of ['born', 'reused', 'moved']) {
    kube.add(nodes, node({ metadata: { name, uid: `uid-${name}`, labels } }));
  }
  kube.add(nvmeNodes, owned('reused', 'uid-of-an-earlier-machine'));
  kube.add(nvmeNodes, owned('moved', 'uid-moved', 'a-profile-that-is-gone'));
  // The machine `n1` registered again, and still has one of its volumes.
  kube.add(nodes, registeredNode('node-2'));
  const found = { name: 'pv-found', path: '/pv-disks/x/data', capacity: 1, identity: 'identity-pv-found' };
  kube.add(nvmeNodes, reported('node-2', { volumes: [{ ...found, state: 'Bound' }] }));
  kube.add(persistentVolumes, publishedVolume({ name: 'pv-found' }));
  // The node `gone` has left a claim, a pod and two volumes, one of another provisioner.
  const left = { nodeName: 'gone', nodeUID: 'uid-gone', grace: '0' };
  kube.add(persistentVolumes, publishedVolume({ ...left, claimUID: 'claim-1' }));
  kube.add(persistentVolumeClaims, boundClaim());
  kube.add(pods, statefulPod({ nodeName: 'gone' }));
  const signed = 'local-volume-provisioner-gone-0b5f2f0e-8f0a-4c5e-9a51-1f6f1c1d2e3f';
  const other = persistentVolume({ metadata: { name: 'pv-other', uid: 'uid-other' } }, 'gone');
  kube.add(persistentVolumes, {
    ...other,
    metadata: { ...other.metadata, annotations: { [PROVISIONED_BY]: signed } },
    spec: { ...other.spec, storageClassName: 'theirs' },
  });
  const rules = JSON.stringify({ orphans: 'Delete', boundGracePeriod: '0' });
  kube.add(storageClasses, {
    metadata: { name: 'theirs', annotations: { [CLEANUP]: rules } },
    provisioner: 'kubernetes.io/no-provisioner',
  });
  kube.add(persistentVolumes, publishedVolume({ name: 'pv-free', nodeName: 'born', nodeUID: 'uid-born' }));
  kube.add(persistentVolumeClaims, pinned('waits', 'born'));
  kube.add(persistentVolumeClaims, pinned('stuck', 'never-there'));
  // SPDK may have more than it has, in a namespace that lets us in.
  kube.add(nodes, nodeWithPages(128, 'spdk'));
  kube.change(nodes, 'spdk', ({ metadata }) =>
    Object.assign(metadata ?? {}, { labels: { ...metadata?.labels, ...labels } }),
  );
  const { status } = spdkReport({ total: 128, free: 28 }, 'spdk');
  kube.add(nvmeNodes, { ...owned('spdk', 'uid-spdk'), ...(status ? { status } : {}) });
  kube.add(pods, pagesPod(100, { nodeName: 'spdk' }));
  kube.add(roleBindings, letIn());
  kube.add(deployments, keptDeployment({ pages: 100 }, { nodeName: 'spdk' }));
}

async function program(kube: FakeKube): Promise<Parts> {
  const options = await webhookOptions('--port=0', '--bind-address=127.0.0.1', '--spdk-settle=0s');
  const logger = createLogger(() => undefined, kube.clock);
  return assemble(options, { kube, clock: kube.clock, logger, answers: new AnswerCounts() }, new Registry());
}

it('may do what the program does in a busy cluster, and nothing else', async () => {
  const clock = new SteppedClock();
  const kube = new FakeKube(clock);
  busyCluster(kube);
  const parts = await program(kube);
  const stop = new AbortController();
  const running = parts.run(stop.signal);
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 300 && !isSo(); turn += 1) {
      await clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(isSo(), what).toBe(true);
  };
  const did = (verb: string, resource: string): boolean =>
    kube.calls.some((call) => call.verb === verb && call.resource === resource);

  await until(
    'everything to be there',
    () => parts.notReady().length === 0 && did('delete', 'persistentvolumes'),
  );
  kube.change(secrets, AUTHORITY_SECRET, (secret) => delete secret.data, namespace);
  for (const type of [mutatingWebhooks, validatingWebhooks]) {
    kube.change(type, CONFIGURATION_NAME, (object) => delete object.webhooks);
  }
  // Said twice, the Event counts up.
  await until('the first Event', () =>
    kube
      .objects(events)
      .some(({ reason, involvedObject }) => reason === 'NVMeTainted' && involvedObject.name === 'born'),
  );
  kube.change(nodes, 'born', (object) => (object.spec = {}));
  await until('the Event to count up', () => did('patch', 'events'));
  kube.change(nvmeNodes, 'born', (object) => {
    const volume = { name: 'v', path: '/x', capacity: 5, identity: 'i', state: 'Available' as const };
    object.status = { volumes: [volume] };
  });
  await until('the capacity to follow', () => did('patch', 'csistoragecapacities'));
  await until('SPDK to follow', () => did('patch', 'deployments'));
  kube.remove(nvmeProfiles, 'fast');
  await until('the capacity to go', () => did('delete', 'csistoragecapacities'));
  await until(
    'the CA to be mended',
    () => did('update', 'secrets') && did('update', 'validatingwebhookconfigurations'),
  );
  stop.abort(new Error('over'));
  await running;
  await parts.admission?.close(0);

  expect(doneBy(kube.calls)).toEqual(grantedBy(PERMISSIONS));
  for (const call of kube.calls) {
    const isAllowed = PERMISSIONS.some(
      ({ group, resources, verbs, names, ownNamespace }) =>
        group === call.group &&
        resources.includes(call.resource) &&
        verbs.includes(call.verb) &&
        (ownNamespace === undefined || call.namespace === namespace) &&
        (names === undefined || call.name === undefined || names.includes(call.name)),
    );
    expect(isAllowed, JSON.stringify(call)).toBe(true);
  }
});
