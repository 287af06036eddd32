import { allPages } from './all-pages.ts';
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
} from './api.ts';
import type { Clock } from './clock.ts';
import type { ClusterConfig } from './credentials.ts';
import { ApiError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { TABLE, tableFrom, type TableAnswer } from './table.ts';
import { isProtobuf, PROTOBUF } from './protobuf/envelope.ts';
import { listFrom } from './protobuf/list.ts';
import { listQuery, query, resourcePath, writeQuery } from './request-path.ts';
import type { RetryPolicy } from './retry.ts';
import { streamedList } from './streamed-list.ts';
import { Transport, type HttpRequest } from './transport.ts';

type AnyType = ResourceType<unknown>;

export interface KubeApiOptions {
  clock: Clock;
  /** `nvme-agent/0.1.0`; the API server's logs and managed fields show it. */
  userAgent: string;
  /** Milliseconds for a request that names none, retries included; 30 s when absent, 0 for no limit. */
  defaultTimeoutMs?: number;
  /** Requests that run at once, watches not counted. */
  maxConnections?: number;
  /** Gets the API server's Warning headers (deprecations, admission warnings). */
  onWarning?: (text: string) => void;
  /** Told of each answer of the API server, those to retries included. */
  onAnswer?: (method: string, code: number) => void;
  /** 0 to 1, for the jitter of retries. */
  random?: () => number;
}

/** The API of one cluster over HTTPS. Nothing is sent, and no plugin runs, before the first call. */
export function createKubeApi(config: ClusterConfig, options: KubeApiOptions): KubeApi {
  const { userAgent, maxConnections = 32, defaultTimeoutMs = 30_000, random = Math.random } = options;
  const transport = new Transport(config, { userAgent, maxConnections });
  const { clock, onWarning = () => undefined, onAnswer = () => undefined } = options;
  return new KubeClient(new Exchange(transport, { clock, defaultTimeoutMs, random, onWarning, onAnswer }));
}

const PATCH_TYPES: Record<Patch['type'], string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

class KubeClient implements KubeApi {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  async get<T>(type: ResourceType<T>, name: string, options: RequestOptions = {}): Promise<T> {
    const path = resourcePath(type, { ...options, name });
    return await this.#exchange.json<T>({ method: 'GET', path }, 'repeatable', options);
  }

  async list<T>(type: ResourceType<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const path = resourcePath(type, { namespace: options.namespace }) + listQuery(options);
    const list = await this.#exchange.json<KubeList<T>>({ method: 'GET', path }, 'repeatable', options);
    return { ...list, items: list.items.map((item) => named(type, item)) };
  }

  async listAll<T>(type: ResourceType<T>, options: ListAllOptions<T> = {}): Promise<KubeList<T>> {
    const { project = (object: T) => object, decode } = options;
    const list = (which: ListOptions): Promise<KubeList<T>> =>
      decode ? this.#decoded(type, which, decode) : this.list(type, which);
    const wholesale = options.streamed === true && options.limit === undefined;
    const streamed = wholesale ? await this.#streamed(type, options, project) : undefined;
    if (streamed !== undefined) return streamed;
    const pages = await allPages(async (paging) => {
      const page = await list({ ...withoutPaging(options), ...paging });
      return { ...page, items: page.items.map(project) };
    }, options);
    return { ...lastOf(pages), items: pages.flatMap(({ items }) => items) };
  }

  async #decoded<T>(
    type: ResourceType<T>,
    options: ListOptions,
    decode: (message: Buffer) => T,
  ): Promise<KubeList<T>> {
    const path = resourcePath(type, { namespace: options.namespace }) + listQuery(options);
    const request: HttpRequest = { method: 'GET', path, headers: { Accept: PROTOBUF } };
    const answer = await this.#exchange.bytes(request, 'repeatable', options);
    // A proxy may know JSON only.
    return isProtobuf(answer) ? listFrom(answer, decode) : (JSON.parse(answer.toString()) as KubeList<T>);
  }

  /** Undefined when the server does not stream lists: before 1.34, behind a feature gate that is off, without `watch`. */
  async #streamed<T>(
    type: ResourceType<T>,
    options: ListAllOptions<T>,
    project: (object: T) => T,
  ): Promise<KubeList<T> | undefined> {
    const watch = { ...options, sendInitialEvents: true, allowWatchBookmarks: true };
    const path = resourcePath(type, { namespace: options.namespace }) + listQuery(watch, true);
    const request: HttpRequest = { method: 'GET', path, stream: true };
    const silence = this.#exchange.silence(request, options);
    const signal = AbortSignal.any([silence.signal, ...(options.signal ? [options.signal] : [])]);
    try {
      const items = await streamedList(this.#exchange.watch<T>(request, { ...options, signal }), (object) => {
        silence.heard();
        return project(object);
      });
      if (items === undefined) return undefined;
      return {
        apiVersion: 'v1',
        kind: `${type.kind}List`,
        metadata: {},
        items: items.map((item) => named(type, item)),
      };
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    } finally {
      silence.end();
    }
  }

  async listNames(type: AnyType, options: ListOptions = {}): Promise<string[]> {
    // Out of its cache the server gives everything at once.
    const { rows } = await this.listTable(type, { ...options, resourceVersion: '0', limit: 0 });
    // The first column of every kind is its name.
    return rows.map(([name]) => String(name));
  }

  async listTable(type: AnyType, options: ListOptions = {}): Promise<Table> {
    const { namespace, labelSelector, fieldSelector, resourceVersion } = options;
    const pages = await allPages((paging) => {
      const where = { labelSelector, fieldSelector, resourceVersion, includeObject: 'None', ...paging };
      const path = resourcePath(type, { namespace }) + query(where);
      const request: HttpRequest = { method: 'GET', path, headers: { Accept: TABLE } };
      return this.#exchange.json<TableAnswer | KubeList<KubeObject>>(request, 'repeatable', options);
    }, options);
    return tableFrom(pages);
  }

  async create<T>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const given = object as KubeObject;
    const namespace = options.namespace ?? given.metadata?.namespace;
    if (type.namespaced && !namespace) throw new TypeError(`A namespace is needed to create a ${type.kind}`);
    const path = resourcePath(type, { namespace }) + writeQuery(options);
    return await this.#exchange.json<T>(
      { method: 'POST', path, ...jsonBody(named(type, object)) },
      'unprocessed',
      options,
    );
  }

  async replace<T>(type: ResourceType<T>, name: string, object: T, options: PatchOptions = {}): Promise<T> {
    const path = resourcePath(type, { ...options, name }) + writeQuery(options);
    const policy = (object as KubeObject).metadata?.resourceVersion ? 'repeatable' : 'unprocessed';
    return await this.#exchange.json<T>(
      { method: 'PUT', path, ...jsonBody(named(type, object)) },
      policy,
      options,
    );
  }

  async patch<T>(type: ResourceType<T>, name: string, patch: Patch, options: PatchOptions = {}): Promise<T> {
    const force = patch.type === 'apply' && patch.force === true;
    const path = resourcePath(type, { ...options, name }) + writeQuery(options, force);
    const body = patch.type === 'json' ? patch.operations : patch.body;
    const content = jsonBody(patch.type === 'apply' ? named(type, body) : body, PATCH_TYPES[patch.type]);
    return await this.#exchange.json<T>({ method: 'PATCH', path, ...content }, patchPolicy(patch), options);
  }

  async delete(type: AnyType, name: string, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds, dryRun } = options;
    const conditional = uid !== undefined || resourceVersion !== undefined;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...(conditional ? { preconditions: { uid, resourceVersion } } : {}),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    const path = resourcePath(type, { ...options, name });
    const policy = conditional ? 'repeatable' : 'unprocessed';
    await this.#exchange.text({ method: 'DELETE', path, ...jsonBody(body) }, policy, options);
  }

  watch<T>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const path = resourcePath(type, { namespace: options.namespace }) + listQuery(options, true);
    return this.#exchange.watch<T>({ method: 'GET', path, stream: true }, options);
  }

  stream(path: string, options: RequestOptions = {}): AsyncIterable<string> {
    return this.#exchange.stream({ method: 'GET', path, stream: true, headers: { Accept: '*/*' } }, options);
  }

  raw(path: string, options: RequestOptions = {}): Promise<string> {
    const headers = { Accept: 'application/json, text/plain, */*' };
    return this.#exchange.text({ method: 'GET', path, headers }, 'repeatable', options);
  }
}

/** A JSON patch with a `test` and an apply say what they expect to meet; a merge patch would overwrite blindly. */
function patchPolicy(patch: Patch): RetryPolicy {
  if (patch.type === 'apply') return 'repeatable';
  const tests = patch.type === 'json' && patch.operations.some((operation) => operation.op === 'test');
  return tests ? 'repeatable' : 'unprocessed';
}

const jsonBody = (body: unknown, type = 'application/json') => ({
  headers: { 'Content-Type': type },
  body: JSON.stringify(body),
});

/** The API server leaves kind and apiVersion out of the items of a list, and wants them in an apply. */
function named<T>(type: AnyType, object: T): T {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  return { apiVersion, kind: type.kind, ...object };
}

const lastOf = <P>(pages: readonly [...P[], P]): P => pages[pages.length - 1] as P;

function withoutPaging(options: ListOptions): ListOptions {
  const rest = { ...options };
  delete rest.limit;
  delete rest.continue;
  return rest;
}
