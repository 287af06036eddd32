import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../../../agent/inventory/parse-snapshot.ts';
import { AGENT_NAMESPACE } from '../../../../api/keys.ts';
import type { Snapshot } from '../../../../api/snapshot.ts';
import { withoutSecrets } from '../../../../cmd/snapshot/redact.ts';
import {
  events,
  nodes,
  nvmeNodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '../../../../kube/resources.ts';
import { claim, node, nvmeNode, persistentVolume, pod } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const FIXTURE = join(import.meta.dirname, '../../../fixtures/snapshots/aws-i4i.xlarge.json');
const SECRET = 'hunter2hunter2';

describe('kubectl nvme snapshot', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['snapshot', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nodes, node({ metadata: { name: 'n1', annotations: { 'example.com/note': SECRET } } }));
  });

  function addEverything(): void {
    const inventory = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Snapshot;
    kube.add(nvmeNodes, nvmeNode({ status: { inventory, provider: 'aws' } }));
    const claimRef = { namespace: 'default', name: 'data-0', uid: 'claim-1' };
    kube.add(persistentVolumes, persistentVolume({ spec: { claimRef }, status: { phase: 'Bound' } }));
    kube.add(persistentVolumes, persistentVolume({ metadata: { name: 'elsewhere' } }, 'n2'));
    kube.add(persistentVolumeClaims, claim());
    const env = [{ name: 'PASSWORD', value: SECRET }];
    kube.add(pods, pod({ spec: { containers: [{ name: 'main', image: 'db', env, args: [SECRET] }] } }));
    const labels = { 'app.kubernetes.io/name': 'nvme-agent' };
    kube.add(pods, pod({ metadata: { name: 'agent-a', namespace: AGENT_NAMESPACE, labels } }));
    kube.add(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'a', namespace: 'default' },
      involvedObject: { kind: 'Node', name: 'n1' },
      reason: 'NVMeReady',
      message: `ready, token=${SECRET}`,
      type: 'Normal',
    });
    const log = `/api/v1/namespaces/${AGENT_NAMESPACE}/pods/agent-a/log?container=agent&tailLines=1000`;
    kube.paths.set(log, `{"msg":"a"}\n{"msg":"Authorization: Bearer ${SECRET}"}\n`);
  }

  it('is one document that holds what the cluster knows of the node, and no secret', async () => {
    addEverything();
    const { stdout, stderr, exitCode } = await run('n1');
    expect({ stderr, exitCode, writes: kube.writes }).toEqual({ stderr: '', exitCode: 0, writes: [] });
    expect(stdout).not.toContain(SECRET);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      bundle: {
        at: '2026-01-01T00:00:00Z',
        server: { gitVersion: 'v1.36.0' },
        node: { metadata: { name: 'n1' }, status: { nodeInfo: { bootID: 'boot-1' } } },
        nvmeNode: { spec: { profile: 'fast' }, status: { provider: 'aws' } },
        persistentVolumes: [{ metadata: { name: 'pv-1' }, status: { phase: 'Bound' } }],
        persistentVolumeClaims: [{ metadata: { name: 'data-0' } }],
        pods: [{ metadata: { name: 'db-0' }, claims: ['data-0'] }, { metadata: { name: 'agent-a' } }],
        events: [{ reason: 'NVMeReady', message: 'ready, token=<redacted>' }],
        agentLog: ['{"msg":"a"}', '{"msg":"Authorization: Bearer <token>"}'],
        notes: [],
      },
    });
    expect(kube.calls.map(({ resource }) => resource)).not.toContain('secrets');
  });

  it('replays as the snapshot that the agent reported', async () => {
    addEverything();
    const bundle = JSON.parse((await run('n1')).stdout) as Snapshot;
    expect(readSnapshot(bundle)).toEqual(readSnapshot(JSON.parse(readFileSync(FIXTURE, 'utf8')) as Snapshot));
  });

  it('is made of what there is, and says what is not', async () => {
    kube.fail('list', 'persistentvolumes', forbidden(persistentVolumes, 'list'));
    const { stdout, stderr, exitCode } = await run('n1');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^Note: no log: no nvme-agent runs on node n1\nNote: no volumes: persistentvolumes is forbidden.*\n$/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ bundle: { persistentVolumes: [], agentLog: [] } });
  });

  it.each([
    [['n9'], 'Error from server (NotFound): nodes "n9" not found'],
    [[], 'error: NODE is required: kubectl nvme snapshot NODE'],
    [['n1', 'n2'], 'error: expected one node, got 2: n1 n2'],
  ])('refuses %j', async (argv, message) => {
    const { stdout, stderr } = await run(...argv);
    expect({ stdout, said: stderr.includes(message) }).toEqual({ stdout: '', said: true });
  });

  it.each([
    ['eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrIn0.c2lnbmF0dXJl', '<token>'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----', '<private key>'],
    ['{"password": "x1"}', '{"password": "<redacted>"}'],
    ['bearer of news', 'bearer of news'],
  ])('writes %j as %j', (text, clean) => {
    expect(withoutSecrets(text)).toBe(clean);
  });
});
