import { query, resourcePath } from './request-path.ts';
import { pods } from './resources.ts';

/** Which part of a container's log is wanted; see PodLogOptions of the Kubernetes API. */
export interface PodLogOptions {
  container: string;
  follow?: boolean;
  /** The log of the container before its last restart. */
  previous?: boolean;
  timestamps?: boolean;
  /** Only so many lines from the end. */
  tailLines?: number;
  sinceSeconds?: number;
}

/** Path of a container's log, for KubeApi's `stream` and `raw`. Needs get of pods/log. */
export function podLogPath(pod: { namespace: string; name: string }, options: PodLogOptions): string {
  const { container, follow, previous, timestamps, tailLines, sinceSeconds } = options;
  const fields = { container, follow, previous, timestamps, tailLines, sinceSeconds };
  return resourcePath(pods, { ...pod, subresource: 'log' }) + query(fields);
}
