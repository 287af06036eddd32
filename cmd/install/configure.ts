import { INSTALLATION } from '../../api/keys.ts';
import { HOME_NAMESPACE } from '../../api/parts.ts';
import { isSameObject, type ManifestBundle, type ManifestObject } from './bundle.ts';
import { fromRegistry } from './image.ts';
import type { InstallOptions } from './options.ts';
import { recordText } from './record.ts';

/** The fields of our own Deployment and DaemonSet that the options change. */
interface Workload extends ManifestObject {
  spec: {
    template: {
      spec: {
        imagePullSecrets?: { name: string }[];
        containers: { name: string; image: string; args?: string[]; env?: object[] }[];
      };
    };
  };
}

/** The objects that an installation with these options consists of. */
export function configured(
  bundle: ManifestBundle,
  options: InstallOptions,
  version: string,
): ManifestObject[] {
  return chosen(bundle, options).map((object) => {
    if (isWorkload(object)) return workload(object, options);
    return object.kind === 'Namespace' && object.metadata.name === HOME_NAMESPACE
      ? remembering(object, options, version)
      : object;
  });
}

/** The overlays lie over the same base, so that both can be wanted at once: what one leaves out stays out. */
function chosen(bundle: ManifestBundle, { admission, autoscaling }: InstallOptions): ManifestObject[] {
  const { base, admissionPolicy, lateBinding } = bundle;
  const left = base.filter((object) => !lateBinding.some((other) => isSameObject(object, other)));
  return (admission === 'policy' ? admissionPolicy : base).filter(
    (object) => autoscaling === 'capacity' || !left.some((other) => isSameObject(object, other)),
  );
}

export const isWorkload = (object: ManifestObject): object is Workload =>
  object.kind === 'Deployment' || object.kind === 'DaemonSet';

function workload(object: Workload, options: InstallOptions): Workload {
  const { template } = object.spec;
  const secrets = options.imagePullSecrets.map((name) => ({ name }));
  const spec = {
    ...template.spec,
    ...(secrets.length > 0 ? { imagePullSecrets: secrets } : {}),
    containers: template.spec.containers.map((container) => ({
      ...container,
      image: imageOf(container.image, options),
      ...argsOf(object, options),
      ...envOf(object, container.env, options),
    })),
  };
  return { ...object, spec: { ...object.spec, template: { ...template, spec } } };
}

function imageOf(own: string, { image = own, registry }: InstallOptions): string {
  return registry === undefined ? image : fromRegistry(image, registry);
}

function argsOf({ kind }: ManifestObject, { admission }: InstallOptions): { args?: string[] } {
  return kind === 'Deployment' && admission === 'none' ? { args: ['--no-admission'] } : {};
}

/** The agent sees the host's whole root, so that a folder's name is all it needs. */
function envOf(
  { kind }: ManifestObject,
  env: object[] = [],
  { kubeletRoot }: InstallOptions,
): { env?: object[] } {
  if (kind !== 'DaemonSet' || kubeletRoot === undefined) return {};
  return { env: [...env, { name: 'KUBELET_ROOT', value: kubeletRoot }] };
}

function remembering(object: ManifestObject, options: InstallOptions, version: string): ManifestObject {
  const annotations = { ...object.metadata.annotations, [INSTALLATION]: recordText({ version, options }) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
