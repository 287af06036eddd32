import type { StatusBody } from '../../kube/errors.ts';

/** Where the names of a kind are listed, by the plural that the API server's `NotFound` gives. */
const LISTED_BY: Readonly<Record<string, string>> = {
  nodes: 'kubectl get nodes',
  nvmeprofiles: 'kubectl nvme list profiles',
};

/** How to find the right name after one that the API server does not know; only for names that people type. */
export function whereNamesAre({ details: { name, kind } = {} }: StatusBody): string | undefined {
  const command = name === undefined || kind === undefined ? undefined : LISTED_BY[kind];
  return command === undefined ? undefined : `See which there are with: ${command}`;
}
