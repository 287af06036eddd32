import type { KubeApi, RequestOptions } from './api.ts';
import { isConflict, isInvalid } from './errors.ts';
import { nodes, type Node } from './resources.ts';
import { nodeEditPatch, type NodeEdit } from './taints.ts';

/** A Node could not be edited: others kept changing it, or the API server refuses what we ask. */
export class NodeEditError extends Error {
  override readonly name = 'NodeEditError';
  readonly nodeName: string;
  readonly attempts: number;
  constructor(nodeName: string, attempts: number, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(
      `Could not change node "${nodeName}" in ${attempts} attempts (last answer: ${said}); if it is tainted, pods stay away until this succeeds`,
      { cause },
    );
    this.nodeName = nodeName;
    this.attempts = attempts;
  }
}

export interface EditNodeOptions extends RequestOptions {
  /** Reads and writes before giving up; the node lifecycle controller and the kubelet write taints and status too. */
  attempts?: number;
  /** Test the resourceVersion: the edit was decided on the Node as a whole. */
  exactVersion?: boolean;
  /** Only this very Node, not another of its name. */
  uid?: string;
}

/**
 * Reads the Node, decides, patches with tests, and starts over when somebody else was faster (409, 422). Gives the
 * Node as it is then, or undefined when `decide` wants nothing.
 */
export async function editNode(
  kube: KubeApi,
  name: string,
  decide: (node: Node) => NodeEdit | undefined,
  options: EditNodeOptions = {},
): Promise<Node | undefined> {
  const { attempts = 10 } = options;
  let refusal: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const node = await readNode(kube, name, options);
    const operations = nodeEditPatch(node, decide(node) ?? {}, {
      exactVersion: options.exactVersion ?? false,
    });
    if (operations === undefined) return undefined;
    try {
      return await kube.patch(nodes, name, { type: 'json', operations }, requestOptions(options));
    } catch (error) {
      if (!isConflict(error) && !isInvalid(error)) throw error;
      refusal = error;
    }
  }
  throw new NodeEditError(name, attempts, refusal);
}

async function readNode(kube: KubeApi, name: string, options: EditNodeOptions): Promise<Node> {
  const node = await kube.get(nodes, name, requestOptions(options));
  const { uid = 'none' } = node.metadata ?? {};
  if (options.uid === undefined || options.uid === uid) return node;
  throw new NodeEditError(name, 1, `expected UID ${options.uid}, got ${uid}: this is another machine now`);
}

function requestOptions({ signal, timeoutMs }: EditNodeOptions): RequestOptions {
  return { ...(signal ? { signal } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/**
 * Takes taints off by key and sets annotations (the boot ID for which the Node is ready) in one and the same write,
 * so that nobody sees one without the other. Fails loudly: a taint that stays keeps every pod away.
 */
export async function removeTaints(
  kube: KubeApi,
  nodeName: string,
  keys: readonly string[],
  annotations: Readonly<Record<string, string>>,
  options: EditNodeOptions = {},
): Promise<void> {
  await editNode(kube, nodeName, () => ({ removeTaintKeys: keys, annotations }), options);
}
