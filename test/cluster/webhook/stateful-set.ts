import { pods, statefulSets, type Pod } from '../../../kube/resources.ts';
import type { Scene } from './scene.ts';

export interface StatefulSetOptions {
  name: string;
  namespace: string;
  storageClassName: string;
  /** Its pods go to nodes with this label, whose value is `yes`. */
  nodeLabel: string;
}

/** One replica with a claim of a class, as databases are run. */
export async function createStatefulSet({ kube }: Scene, options: StatefulSetOptions): Promise<void> {
  const { name, namespace, storageClassName, nodeLabel } = options;
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: {
      nodeSelector: { [nodeLabel]: 'yes' },
      tolerations: [{ operator: 'Exists', key: 'node.kubernetes.io/not-ready' }],
      containers: [{ name: 'main', image: 'none', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    },
  };
  const claim = {
    metadata: { name: 'data' },
    spec: {
      ...{ accessModes: ['ReadWriteOnce'], storageClassName },
      resources: { requests: { storage: '1Gi' } },
    },
  };
  const spec = { serviceName: name, replicas: 1, selector: { matchLabels: labels }, template };
  await kube.create(
    statefulSets,
    { metadata: { name, namespace }, spec: { ...spec, volumeClaimTemplates: [claim] } },
    { namespace },
  );
}

/** Waits until the pod has a node, one that `isWanted`. */
export const boundPod = (
  scene: Scene,
  namespace: string,
  name: string,
  isWanted: (nodeName: string) => boolean = () => true,
): Promise<Pod> =>
  scene.until(`pod ${name} to be bound to a node`, async () => {
    const pod = await scene.peek(pods, name, namespace);
    return pod?.spec?.nodeName !== undefined && isWanted(pod.spec.nodeName) ? pod : undefined;
  });
