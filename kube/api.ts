import type { JsonPatchOperation } from './patches.ts';

/** Where objects of a kind live in the API. `T` is the object's type. */
export interface ResourceType<T> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Only carries the type; never set. */
  readonly object?: T;
}

/** What every Kubernetes object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string | Date;
    deletionTimestamp?: string | Date;
  };
}

export interface KubeList<T> {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  items: T[];
}

export interface RequestOptions {
  namespace?: string;
  signal?: AbortSignal;
  /** Milliseconds for the whole request, retries included; the client's default when absent. */
  timeoutMs?: number;
}

export interface ListOptions extends RequestOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export interface ListAllOptions<T> extends ListOptions {
  /** What is kept of each object, page by page, so that the whole is never in memory. May change its argument. */
  project?: (object: T) => T;
  /**
   * Asks for one stream out of the API server's cache instead of pages, in no order and without a version to go on from.
   * For custom resources in thousands: it reads all pages but the first from etcd, which took 4 s where the stream took 1.
   * Where the server refuses or the account may not watch, or a `limit` is given, it is pages after all.
   */
  streamed?: boolean;
  /**
   * Asks for protobuf and makes each object out of its message, with the fields that are wanted only. For the API
   * server's own kinds in thousands: 2,000 nodes of 12 kB took it 0.5 s where JSON took 1. Not together with `streamed`.
   */
  decode?: (message: Buffer) => T;
}

/** Objects as the API server prints them: the columns of `kubectl get -o wide`, one row an object. */
export interface Table {
  columns: string[];
  /** Texts and numbers; null where an object has no such field. */
  rows: unknown[][];
}

export interface WatchOptions extends ListOptions {
  resourceVersion: string;
  allowWatchBookmarks?: boolean;
  timeoutSeconds?: number;
  /** Begin with all objects as ADDED and a bookmark; `resourceVersion` is empty then. */
  sendInitialEvents?: boolean;
}

export interface WriteOptions extends RequestOptions {
  dryRun?: boolean;
  fieldManager?: string;
}

export interface PatchOptions extends WriteOptions {
  subresource?: 'status';
}

export interface DeleteOptions extends RequestOptions {
  /** Refused with a conflict when the live object has another UID. */
  uid?: string;
  /** Refused with a conflict when the live object has changed since. */
  resourceVersion?: string;
  gracePeriodSeconds?: number;
  dryRun?: boolean;
}

/** A watch event; BOOKMARK carries only metadata.resourceVersion, ERROR a Status. */
export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** A patch body with the content type it needs. */
export type Patch =
  | { type: 'json'; operations: JsonPatchOperation[] }
  | { type: 'merge'; body: object }
  | { type: 'apply'; body: object; force?: boolean };

/**
 * The Kubernetes API as all rooms see it: the one seam between our code and a cluster. Every method rejects with
 * an ApiError (the server answered) or a TransportError (it did not); see errors.ts. Reads and idempotent writes
 * are retried on 429 and 5xx with Retry-After inside the request's time limit.
 */
export interface KubeApi {
  get<T>(type: ResourceType<T>, name: string, options?: RequestOptions): Promise<T>;
  /** One page. */
  list<T>(type: ResourceType<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** All pages, of `limit` (500 by default, 0 for one page of all) objects each. */
  listAll<T>(type: ResourceType<T>, options?: ListAllOptions<T>): Promise<KubeList<T>>;
  /** Names only, as the API server last had them in its cache: 2,000 nodes are 0.4 MB instead of 24. */
  listNames(
    type: ResourceType<unknown>,
    options?: Pick<ListOptions, keyof RequestOptions | 'labelSelector'>,
  ): Promise<string[]>;
  /** All objects as a table, in pages as `listAll`, without the objects: what a fleet looks like in a hundredth of its bytes. */
  listTable(type: ResourceType<unknown>, options?: ListOptions): Promise<Table>;
  create<T>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT of the whole object; a stale metadata.resourceVersion is a conflict. */
  replace<T>(type: ResourceType<T>, name: string, object: T, options?: PatchOptions): Promise<T>;
  patch<T>(type: ResourceType<T>, name: string, patch: Patch, options?: PatchOptions): Promise<T>;
  delete(type: ResourceType<unknown>, name: string, options?: DeleteOptions): Promise<void>;
  /** Ends when the server closes the stream; throws on a broken one. Use the reflector unless you are it. */
  watch<T>(type: ResourceType<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /**
   * GET of a path whose answer may go on for ever, such as a log that is followed, as text in pieces. The time limit
   * covers only the wait for its start.
   */
  stream(path: string, options?: RequestOptions): AsyncIterable<string>;
  /** GET of any path (`/version`, `/readyz`), as text. */
  raw(path: string, options?: RequestOptions): Promise<string>;
}
