import { describe, expect, it } from 'vitest';
import { DISKS_READY, PAUSED, STARTUP_TAINT_KEY } from '../../../../api/keys.ts';
import { HOME_NAMESPACE, REGISTRATION_NAME } from '../../../../api/parts.ts';
import type { Finding } from '../../../../cmd/doctor/finding.ts';
import { nodePools } from '../../../../cmd/doctor/node-pool.ts';
import {
  configMaps,
  deployments,
  endpointSlices,
  mutatingWebhooks,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  storageClasses,
} from '../../../../kube/resources.ts';
import { createAuthority } from '../../../../webhook/certificates/authority.ts';
import { node, nvmeProfile, persistentVolume } from '../../../builders/objects.ts';
import { forbidden } from '../../../fakes/kube-answers.ts';
import { autoscaler, DoctorBench } from './doctor-bench.ts';

const STARTUP = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' } as const;

describe('kubectl nvme doctor', () => {
  it('finds nothing wrong with a cluster that works', async () => {
    const bench = await DoctorBench.healthy();
    const before = bench.kube.writes.length;
    const { exitCode, stdout, stderr } = await bench.run('doctor');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\n\n14 checks: 0 errors, 0 warnings, 0 not looked at\n$/);
    expect(bench.kube.writes).toHaveLength(before);
  });

  it('says that nothing is installed, and not a word more about it', async () => {
    const bench = new DoctorBench({ served: false });
    const { exitCode, stdout } = await bench.run('doctor');
    expect(stdout).toMatch(
      /error +installation +kubectl-nvme is not installed.*\n +fix: kubectl nvme install\n/,
    );
    expect(stdout).toMatch(/3 checks: 1 errors/);
    expect(exitCode).toBe(1);
  });

  it('prints what it found as objects, and exits with 1 only for an error', async () => {
    const bench = await DoctorBench.healthy();
    bench.kube.add(
      nvmeProfiles,
      nvmeProfile({ metadata: { name: 'empty' }, spec: { nodeSelector: { matchLabels: { a: 'b' } } } }),
    );
    const { exitCode, stdout } = await bench.run('doctor', '-o', 'json');
    const { kind, items } = JSON.parse(stdout) as { kind: string; items: Finding[] };
    expect({ kind, exitCode }).toEqual({ kind: 'List', exitCode: 0 });
    expect(items.filter(({ level }) => level !== 'ok')).toEqual([
      expect.objectContaining({
        check: 'profiles',
        level: 'warning',
        object: 'nvmeprofile/empty',
        message: 'matches no node',
      }),
    ]);
  });

  it('names what it may not read, and looks at the rest', async () => {
    const bench = await DoctorBench.healthy();
    bench.kube.fail('list', 'storageclasses', forbidden(storageClasses, 'list'));
    expect(await bench.problems()).toMatchObject([
      {
        check: 'storage-classes',
        level: 'unknown',
        message: expect.stringContaining('storageclasses') as string,
      },
    ]);
  });

  it('names the caller’s missing permissions as warnings', async () => {
    const bench = await DoctorBench.healthy({ denied: ['customresourcedefinitions'] });
    expect(await bench.problems()).toMatchObject([
      {
        check: 'permissions',
        level: 'warning',
        fix: expect.stringContaining(
          'kubectl auth can-i create customresourcedefinitions.apiextensions.k8s.io',
        ) as string,
      },
    ]);
  });

  describe('finds', () => {
    const cases: [string, (bench: DoctorBench) => void | Promise<void>, Partial<Finding>, RegExp][] = [
      [
        'an API server that is too old',
        ({ kube }) => void kube.paths.set('/version', '{"gitVersion":"v1.29.4-gke.1"}'),
        { check: 'versions', level: 'error' },
        /v1\.29\.4-gke\.1; kubectl-nvme needs 1\.30/,
      ],
      [
        'a webhook without a running replica',
        (bench) => bench.webhookReplicas(0),
        { check: 'installation', level: 'error', object: 'deployment/nvme-webhook' },
        /0 of 2 updated replicas/,
      ],
      [
        'a registration that is not there',
        ({ kube }) => kube.remove(mutatingWebhooks, REGISTRATION_NAME),
        { check: 'webhook', level: 'error' },
        /is not there/,
      ],
      [
        'a webhook that could keep nodes out',
        ({ kube }) =>
          void kube.change(mutatingWebhooks, REGISTRATION_NAME, (object) => {
            for (const hook of object.webhooks ?? []) hook.failurePolicy = 'Fail';
          }),
        { check: 'webhook', level: 'error' },
        /no node can join/,
      ],
      [
        'a caBundle that was blanked',
        (bench) => bench.caBundle(''),
        { check: 'webhook', level: 'error' },
        /no certificate in its caBundle/,
      ],
      [
        'certificates that have expired',
        async (bench) =>
          bench.caBundle((await createAuthority(bench.clock.now() - 20_000_000, 10_000_000)).certificate),
        { check: 'webhook', level: 'error' },
        /have expired, the last on 2025-12-31/,
      ],
      [
        'certificates that nobody renewed',
        async (bench) => bench.caBundle((await createAuthority(bench.clock.now(), 10_000_000)).certificate),
        { check: 'webhook', level: 'warning' },
        /trusts no certificate beyond 2026-01-01/,
      ],
      [
        'a Service without a ready endpoint',
        ({ kube }) => kube.remove(endpointSlices, 'nvme-webhook-1', HOME_NAMESPACE),
        { check: 'webhook', level: 'error', object: 'service/nvme-webhook' },
        /cannot reach the webhook/,
      ],
      [
        'an API server that does not reach the webhook',
        (bench) => bench.taintNoBirths(),
        { check: 'webhook', level: 'error', object: 'nvmeprofile/fast' },
        /would be born without startup-taint/,
      ],
      [
        'two profiles of which only the alphabet chooses',
        ({ kube }) => void kube.add(nvmeProfiles, nvmeProfile({ metadata: { name: 'zippy' } })),
        { check: 'profiles', level: 'warning', object: 'nvmeprofile/zippy' },
        /fast wins only by its name/,
      ],
      [
        'a taint that no profile will take off',
        ({ kube }) => void kube.add(nodes, node({ metadata: { name: 'n2' }, spec: { taints: [STARTUP] } })),
        { check: 'taints', level: 'error', object: 'node/n2' },
        /no profile matches it/,
      ],
      [
        'a taint that stays, with the agent’s reason',
        ({ kube }) =>
          void kube.change(nodes, 'n1', (object) => {
            const since = '2025-12-31T20:00:00Z';
            object.metadata = { ...object.metadata, creationTimestamp: since };
            object.spec = { taints: [STARTUP] };
            const condition = {
              type: DISKS_READY,
              status: 'False',
              reason: 'ExistingData',
              message: 'xfs',
              lastTransitionTime: since,
            };
            object.status = { ...object.status, conditions: [condition] };
          }),
        { check: 'taints', level: 'error', object: 'node/n1' },
        /tainted for 4h.*ExistingData: xfs/,
      ],
      [
        'a node that a person paused',
        ({ kube }) =>
          void kube.change(nodes, 'n1', ({ metadata }) => {
            if (metadata) metadata.annotations = { [PAUSED]: '{"by":"eve","why":"disk swap"}' };
          }),
        { check: 'paused', level: 'warning', object: 'node/n1' },
        /paused by eve: disk swap/,
      ],
      [
        'a class that binds at once',
        ({ kube }) =>
          void kube.change(storageClasses, 'nvme-ssd', (object) => {
            object.volumeBindingMode = 'Immediate';
          }),
        { check: 'storage-classes', level: 'error', object: 'storageclass/nvme-ssd' },
        /Immediate/,
      ],
      [
        'a class that is missing',
        ({ kube }) => kube.remove(storageClasses, 'nvme-ssd'),
        { check: 'storage-classes', level: 'error' },
        /is not there/,
      ],
      [
        'a cluster-autoscaler that is too old for storage capacity',
        ({ kube }) => void kube.add(deployments, autoscaler('v1.34.2')),
        { check: 'cluster-autoscaler', level: 'warning', object: 'deployment/cluster-autoscaler' },
        /before 1\.35\.1/,
      ],
      [
        'a cluster-autoscaler that looks for our driver',
        ({ kube }) =>
          void kube.add(deployments, autoscaler('v1.36.1', '--enable-csi-node-aware-scheduling=true')),
        { check: 'cluster-autoscaler', level: 'warning' },
        /--enable-csi-node-aware-scheduling/,
      ],
      [
        'a cluster-autoscaler that does not know the startup taint',
        ({ kube }) => {
          kube.add(deployments, autoscaler('v1.36.1'));
          kube.change(nvmeProfiles, 'fast', (object) => {
            object.spec = { ...object.spec, taints: [{ key: 'my-taint', effect: 'NoSchedule' }] };
          });
        },
        {
          check: 'cluster-autoscaler',
          level: 'error',
          fix: expect.stringContaining('--startup-taint=my-taint') as string,
        },
        /my-taint/,
      ],
      [
        'a NodePool that does not announce the startup taint',
        ({ kube }) =>
          void kube.add(nodePools, {
            metadata: { name: 'pool' },
            spec: {
              template: { spec: { requirements: [{ key: 'disk', operator: 'In', values: ['nvme'] }] } },
            },
          }),
        { check: 'karpenter', level: 'error', object: 'nodepool/pool' },
        /does not announce/,
      ],
      [
        'a kubelet that counts other hugepages than the kernel has',
        ({ kube }) =>
          void kube.change(nvmeNodes, 'n1', (object) => {
            object.status = { hugepages: [{ numaNode: 0, size: '2Mi', total: 512, free: 512 }] };
          }),
        { check: 'hugepages', level: 'warning', object: 'node/n1' },
        /has 512 hugepages of 2Mi, but its kubelet counts 0/,
      ],
      [
        'volumes of nodes that are gone',
        ({ kube }) => void kube.add(persistentVolumes, persistentVolume({}, 'gone')),
        { check: 'orphans', level: 'warning', fix: 'kubectl nvme list orphans' },
        /1 PersistentVolumes belong to nodes that are gone/,
      ],
      [
        'a clean-up that waits for a person',
        ({ kube }) => {
          const record = {
            missed: {},
            announced: [],
            latch: { at: 0, nodes: [], message: '7 nodes vanished' },
          };
          kube.add(configMaps, {
            metadata: { name: 'nvme-webhook-cleanup', namespace: HOME_NAMESPACE },
            data: { record: JSON.stringify(record) },
          });
        },
        { check: 'orphans', level: 'error' },
        /stopped: 7 nodes vanished/,
      ],
      [
        'a node whose hostname label is not its name',
        ({ kube }) =>
          void kube.add(
            nodes,
            node({ metadata: { name: 'n2', labels: { disk: 'nvme', 'kubernetes.io/hostname': 'other' } } }),
          ),
        { check: 'hostnames', level: 'warning', object: 'node/n2' },
        /hostname=other/,
      ],
    ];

    it.each(cases)('%s', async (_title, damage, expected, message) => {
      const bench = await DoctorBench.healthy();
      await damage(bench);
      const found = (await bench.problems()).filter(({ check }) => check === expected.check);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject(expected);
      expect(found[0]?.message).toMatch(message);
      expect((await bench.run('doctor')).exitCode).toBe(expected.level === 'error' ? 1 : 0);
    });
  });

  it('shortens what many nodes have in common', async () => {
    const bench = await DoctorBench.healthy();
    for (let index = 0; index < 15; index += 1) {
      bench.kube.add(nodes, node({ metadata: { name: `x${index}` }, spec: { taints: [STARTUP] } }));
    }
    const found = await bench.problems();
    expect(found).toHaveLength(11);
    expect(found.at(-1)?.message).toBe('5 more nodes are tainted like these');
  });
});
