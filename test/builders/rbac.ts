import type { Permission } from '../../kube/rbac.ts';
import type { KubeCall } from '../fakes/kube-calls.ts';

const sorted = (lines: Iterable<string>): string[] => [...new Set(lines)].sort();

/** What was done, each kind of call once: `patch nodes/status.` */
export const doneBy = (calls: readonly KubeCall[]): string[] =>
  sorted(calls.map(({ group, resource, verb }) => `${verb} ${resource}.${group}`));

/** What a table of RBAC lets be done, in the same words. */
export const grantedBy = (rows: readonly Permission[]): string[] =>
  sorted(
    rows.flatMap(({ group, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
    ),
  );
