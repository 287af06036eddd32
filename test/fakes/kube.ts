import { GROUP } from '../../api/group.ts';
import type {
  DeleteOptions,
  KubeApi,
  KubeList,
  KubeObject,
  ListAllOptions,
  ListOptions,
  Patch,
  PatchOptions,
  RequestOptions,
  ResourceType,
  Table,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../../kube/api.ts';
import { FakeCluster } from './kube-cluster.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  gone,
  invalid,
  noFieldManager,
  notFound,
} from './kube-answers.ts';
import { Interruptions, VERBS, type KubeCall, type Method, type PathMethod } from './kube-calls.ts';
import { assertPreconditions, gracePeriod, initial, patched } from './kube-objects.ts';
import { applyMergePatch } from './kube-patching.ts';
import type { Stored } from './kube-store.ts';
import { tableOf } from './kube-table.ts';

type AnyType = ResourceType<unknown>;

/**
 * The API server in memory, refusals included: conflicts, preconditions, failed JSON patch tests, selectors, pages,
 * watches, the wall between spec and status. What it answers is compared with the real server in test/cluster/kube.
 */
export class FakeKube extends FakeCluster implements KubeApi {
  /** Every request in order, those that were refused too. */
  readonly calls: KubeCall[] = [];
  /** Answers of `raw` by path. */
  readonly paths = new Map<string, string>([
    ['/readyz', 'ok'],
    ['/version', '{"major":"1","minor":"36","gitVersion":"v1.36.0"}'],
  ]);
  /** Answers of `stream` by path. */
  readonly streams = new Map<string, Iterable<string> | AsyncIterable<string>>();
  readonly #interruptions = new Interruptions();

  /** The next `times` calls of the method on the resource (plural, or `*`) throw `error` before doing anything. */
  fail(method: Method | '*', resource: string, error: Error, times = 1): void {
    this.before(method, resource, () => Promise.reject(error), times);
  }

  /** Runs `action` just before the next `times` such calls are carried out: the place for a race. */
  before(method: Method | '*', resource: string, action: () => unknown, times = 1): void {
    this.#interruptions.add({ method, resource, times, action });
  }

  /** Calls of everything that writes, without dry runs. */
  get writes(): KubeCall[] {
    const reads = ['get', 'list', 'watch'];
    return this.calls.filter((call) => !reads.includes(call.verb) && !call.dryRun);
  }

  async get<T>(type: ResourceType<T>, name: string, options: RequestOptions = {}): Promise<T> {
    await this.#receive('get', type, options, name);
    return structuredClone(this.find(type, name, this.#scope(type, options))) as T;
  }

  async list<T>(type: ResourceType<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    await this.#receive('list', type, options);
    const selects = this.selector(type, options);
    const start = options.continue === undefined ? 0 : this.#position(options.continue);
    const selected = this.store.all(type).filter(selects);
    const end = options.limit ? start + options.limit : selected.length;
    const rest = selected.length - end;
    const next = Buffer.from(`${this.store.version}:${end}`).toString('base64url');
    return {
      apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
      kind: `${type.kind}List`,
      metadata: {
        resourceVersion: String(this.store.version),
        ...(rest > 0 ? { continue: next, remainingItemCount: rest } : {}),
      },
      items: structuredClone(selected.slice(start, end)) as T[],
    };
  }

  async listAll<T>(type: ResourceType<T>, options: ListAllOptions<T> = {}): Promise<KubeList<T>> {
    const { project = (object: T) => object } = options;
    const items: T[] = [];
    for (let token = options.continue; ;) {
      const page = await this.list(type, {
        limit: 500,
        ...options,
        ...(token === undefined ? {} : { continue: token }),
      });
      items.push(...page.items.map(project));
      token = page.metadata.continue;
      if (token === undefined) return { ...page, items };
    }
  }

  async listNames(type: AnyType, options: ListOptions = {}): Promise<string[]> {
    const { items } = await this.listAll(type, options);
    return (items as Stored[]).map(({ metadata }) => metadata.name);
  }

  async listTable(type: AnyType, options: ListOptions = {}): Promise<Table> {
    const { items } = await this.listAll(type, options);
    return tableOf(type, items as Stored[]);
  }

  async create<T>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const given = object as KubeObject;
    const namespace = this.#scope(type, {
      ...options,
      namespace: options.namespace ?? given.metadata?.namespace,
    });
    await this.#receive('create', type, options, given.metadata?.name, object, namespace);
    // Answered and forgotten, as a real review is.
    if (type.plural === 'selfsubjectreviews') return { status: { userInfo: { username: 'fake' } } } as T;
    const fresh = this.store.complete(type, initial(type, given), namespace);
    if (this.store.find(type, fresh.metadata.name, namespace)) throw alreadyExists(type, fresh.metadata.name);
    return structuredClone(options.dryRun ? fresh : this.store.insert(type, fresh)) as T;
  }

  async replace<T>(type: ResourceType<T>, name: string, object: T, options: PatchOptions = {}): Promise<T> {
    await this.#receive('replace', type, options, name, object);
    const current = this.find(type, name, this.#scope(type, options));
    const wanted = JSON.parse(JSON.stringify(object)) as Stored;
    if (type.group === GROUP && !wanted.metadata.resourceVersion) {
      throw invalid(
        `${type.plural}.${type.group} "${name}" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
        type,
        name,
      );
    }
    return this.#write(type, current, wanted, options) as T;
  }

  async patch<T>(type: ResourceType<T>, name: string, patch: Patch, options: PatchOptions = {}): Promise<T> {
    await this.#receive('patch', type, options, name, patch);
    const namespace = this.#scope(type, options);
    if (patch.type === 'apply') return this.#apply(type, name, patch.body, options, namespace) as T;
    const current = this.find(type, name, namespace);
    return this.#write(type, current, patched(current, patch), options) as T;
  }

  async delete(type: AnyType, name: string, options: DeleteOptions = {}): Promise<void> {
    await this.#receive('delete', type, options, name);
    const current = this.find(type, name, this.#scope(type, options));
    assertPreconditions(type, current, options);
    if (options.dryRun) return;
    const grace = gracePeriod(type, current, options);
    if (!current.metadata.finalizers?.length && grace === 0) this.store.remove(type, current);
    else if (current.metadata.deletionTimestamp === undefined) this.store.terminate(type, current, grace);
  }

  async *watch<T>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    await this.#receive('watch', type, options);
    yield* this.follow(type, options.resourceVersion, options) as AsyncIterable<WatchEvent<T>>;
  }

  async *stream(path: string, { signal }: RequestOptions = {}): AsyncIterable<string> {
    await this.#interruptions.run('stream', path);
    signal?.throwIfAborted();
    const pieces = this.streams.get(path);
    if (pieces === undefined) throw badRequest(`the fake has no answer for ${path}`);
    for await (const piece of pieces) {
      signal?.throwIfAborted();
      yield piece;
    }
  }

  async raw(path: string): Promise<string> {
    await this.#interruptions.run('raw', path);
    const text = this.paths.get(path);
    if (text === undefined) throw badRequest(`the fake has no answer for ${path}`);
    return text;
  }

  #write(type: AnyType, current: Stored, wanted: Stored, options: PatchOptions): Stored {
    const name = current.metadata.name;
    const version = wanted.metadata.resourceVersion;
    if (version !== undefined && version !== current.metadata.resourceVersion) throw conflict(type, name);
    if (wanted.metadata.uid !== undefined && wanted.metadata.uid !== current.metadata.uid) {
      throw conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${wanted.metadata.uid}, UID in object meta: ${String(current.metadata.uid)}`,
      );
    }
    const next = this.store.merged(type, current, wanted, options.subresource);
    for (const field of this.unknownToSchema.get(type.plural) ?? [])
      Reflect.deleteProperty(next.status ?? {}, field);
    return structuredClone(options.dryRun ? next : this.store.update(type, current, next));
  }

  #apply(type: AnyType, name: string, body: object, options: PatchOptions, namespace?: string): Stored {
    if (options.fieldManager === undefined) {
      throw noFieldManager();
    }
    const current = this.store.find(type, name, namespace);
    if (current) return this.#write(type, current, applyMergePatch(current, body), options);
    if (options.subresource) throw notFound(type, name);
    const given = initial(type, body);
    if (given.metadata?.name !== name) {
      const problem = `the name of the object (${name} based on URL) was undeterminable`;
      throw badRequest(`${problem}: name must be provided`);
    }
    const fresh = this.store.complete(type, given, namespace);
    return structuredClone(options.dryRun ? fresh : this.store.insert(type, fresh));
  }

  #scope(type: AnyType, options: { namespace?: string | undefined }): string | undefined {
    if (!type.namespaced) return undefined;
    if (options.namespace === undefined) throw new Error(`A namespace is needed for ${type.plural}`);
    return options.namespace;
  }

  #position(token: string): number {
    const [version = '', start = ''] = Buffer.from(token, 'base64url').toString().split(':');
    if (this.isTooOld(Number(version))) {
      throw gone('The provided continue parameter is too old to display a consistent list result.');
    }
    return Number(start);
  }

  async #receive(
    method: Exclude<Method, PathMethod>,
    type: AnyType,
    options: PatchOptions,
    name?: string,
    body?: unknown,
    namespace = options.namespace,
  ): Promise<void> {
    this.calls.push({
      method,
      verb: VERBS[method],
      group: type.group,
      resource: options.subresource ? `${type.plural}/${options.subresource}` : type.plural,
      dryRun: options.dryRun ?? false,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(body === undefined ? {} : { body: structuredClone(body) }),
    });
    options.signal?.throwIfAborted();
    await this.#interruptions.run(method, type.plural);
  }
}
