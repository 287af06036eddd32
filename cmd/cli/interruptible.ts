import type { KubeApi } from '../../kube/api.ts';

/**
 * The same API with every request given up when the signal aborts, unless it brings a signal of its own; and, where a size
 * of pages is given, with every list read in such pages.
 */
export function interruptible(kube: KubeApi, signal: AbortSignal, chunk: { limit?: number } = {}): KubeApi {
  return {
    get: (type, name, options) => kube.get(type, name, { signal, ...options }),
    list: (type, options) => kube.list(type, { signal, ...options }),
    listAll: (type, options) => kube.listAll(type, { signal, ...options, ...chunk }),
    listNames: (type, options) => kube.listNames(type, { signal, ...options }),
    listTable: (type, options) => kube.listTable(type, { signal, ...options, ...chunk }),
    create: (type, object, options) => kube.create(type, object, { signal, ...options }),
    replace: (type, name, object, options) => kube.replace(type, name, object, { signal, ...options }),
    patch: (type, name, patch, options) => kube.patch(type, name, patch, { signal, ...options }),
    delete: (type, name, options) => kube.delete(type, name, { signal, ...options }),
    watch: (type, options) => kube.watch(type, { signal, ...options }),
    stream: (path, options) => kube.stream(path, { signal, ...options }),
    raw: (path, options) => kube.raw(path, { signal, ...options }),
  };
}
