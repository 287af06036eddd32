import { TAINTED } from '../../../../api/keys.ts';
import { HOME_NAMESPACE, REGISTRATION_NAME, WEBHOOK_NAME } from '../../../../api/parts.ts';
import { profileFor } from '../../../../api/matching.ts';
import type { Finding } from '../../../../cmd/doctor/finding.ts';
import type { KubeList, ListOptions, ResourceType, WriteOptions } from '../../../../kube/api.ts';
import { ApiError } from '../../../../kube/errors.ts';
import {
  endpointSlices,
  mutatingWebhooks,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  storageClasses,
  type Deployment,
  type Node,
} from '../../../../kube/resources.ts';
import { createAuthority } from '../../../../webhook/certificates/authority.ts';
import { taintConfiguration } from '../../../../webhook/registration/configuration.ts';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { InstallBench } from '../install/install-bench.ts';

const TEN_YEARS_MS = 315_360_000_000;

export interface Temper {
  /** Whether the API server knows our kinds. */
  served?: boolean;
  /** Resources that the caller may not write. */
  denied?: string[];
}

/** The pretended API server, which also answers about rights and has a webhook taint what is born. */
class ConsultedKube extends FakeKube {
  temper: Temper = {};
  taintsBirths = true;

  override async create<T>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    if (type.kind === 'SelfSubjectAccessReview') return this.#review(object);
    const born = await super.create(type, object, options);
    return type.kind === 'Node' && this.taintsBirths ? (this.#tainted(born as Node) as T) : born;
  }

  override async list<T>(type: ResourceType<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    if (this.temper.served === false && type.group === nvmeProfiles.group) {
      throw new ApiError(404, { code: 404, message: 'not served' }, 'fake');
    }
    return super.list(type, options);
  }

  #review<T>(object: T): T {
    const { spec } = object as { spec: { resourceAttributes: { resource: string } } };
    const denied = this.temper.denied ?? [];
    return { ...object, status: { allowed: !denied.includes(spec.resourceAttributes.resource) } };
  }

  #tainted(born: Node): Node {
    const taints = profileFor(born, this.objects(nvmeProfiles))?.spec.taints ?? [];
    return { ...born, spec: { ...born.spec, taints } };
  }
}

/** A cluster to be looked at. */
export class DoctorBench extends InstallBench<ConsultedKube> {
  constructor(temper: Temper = {}) {
    super((clock) => new ConsultedKube(clock));
    this.kube.temper = temper;
  }

  /** Installed and running, one node of one profile, nothing wrong. */
  static async healthy(temper: Temper = {}): Promise<DoctorBench> {
    const bench = new DoctorBench(temper);
    await bench.run('install', '--wait=false');
    bench.webhookReplicas(2);
    bench.agentRuns();
    const { certificate } = await createAuthority(bench.clock.now(), TEN_YEARS_MS);
    const address = { kind: 'service', namespace: HOME_NAMESPACE, name: WEBHOOK_NAME } as const;
    bench.kube.add(mutatingWebhooks, taintConfiguration(address, '/', certificate));
    bench.kube.add(endpointSlices, {
      metadata: {
        name: 'nvme-webhook-1',
        namespace: HOME_NAMESPACE,
        labels: { 'kubernetes.io/service-name': WEBHOOK_NAME },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
    });
    bench.kube.add(nvmeProfiles, nvmeProfile());
    const labels = { disk: 'nvme', 'kubernetes.io/hostname': 'n1' };
    bench.kube.add(nodes, node({ metadata: { name: 'n1', labels, annotations: { [TAINTED]: '' } } }));
    bench.kube.add(nvmeNodes, nvmeNode());
    bench.kube.add(storageClasses, {
      metadata: { name: 'nvme-ssd' },
      provisioner: 'local.kubectl-nvme.dev',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    return bench;
  }

  /** All findings but the good ones. */
  async problems(): Promise<Finding[]> {
    const { stdout, stderr } = await this.run('doctor', '-o', 'json');
    if (stdout === '') throw new Error(`doctor printed nothing but: ${stderr}`);
    return (JSON.parse(stdout) as { items: Finding[] }).items.filter(({ level }) => level !== 'ok');
  }

  caBundle(certificates: string): void {
    this.kube.change(mutatingWebhooks, REGISTRATION_NAME, ({ webhooks = [] }) => {
      for (const { clientConfig } of webhooks)
        clientConfig.caBundle = Buffer.from(certificates).toString('base64');
    });
  }

  /** As when the API server does not reach the webhook, whose failures it ignores. */
  taintNoBirths(): void {
    this.kube.taintsBirths = false;
  }
}

/** cluster-autoscaler's Deployment of this version with these flags. */
export function autoscaler(version: string, ...args: string[]): Deployment {
  const containers = [
    { name: 'ca', image: `registry.k8s.io/autoscaling/cluster-autoscaler:${version}`, args },
  ];
  return {
    metadata: { name: 'cluster-autoscaler', namespace: 'kube-system' },
    spec: { selector: {}, template: { spec: { containers } } },
  };
}
