/** What differs from run to run, by what stands for it. Ages are cells of a table; their column's width goes with them. */
const SCRUBS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  // A plan's ID covers the node's UID; which steps of a rollout are seen depends on the moment.
  [/\b[0-9a-f]{16}\b/g, '<plan>'],
  [/^Waiting for .*\n/gm, ''],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/("?resourceVersion"?: ")\d+"/g, '$1<version>"'],
  [/127\.0\.0\.1:\d+/g, '<server>'],
  [/\/\S*\/kubectl-nvme-test-\w{6}(?=\/)/g, '<home>'],
  [/\bnvme-agent-[a-z0-9]{5}\b/g, 'nvme-agent-<id>'],
  [/\bnvme-webhook-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, 'nvme-webhook-<id>'],
  [/(?<= {3}|: {2,})\d+(?:s|m(?:\d+s)?|h(?:\d+m)?|d(?:\d+h)?)(?= {3}|$)/gm, '<age>'],
  // Nobody is these nodes' kubelet, which the controllers notice sooner or later.
  [/^.*node-controller.*\n/gm, ''],
  [/(?<=\S) {3,}/g, '   '],
];

/** Output with everything taken out that a second run would print otherwise. */
export const scrubbed = (text: string): string =>
  SCRUBS.reduce((scrubbedSoFar, [pattern, stand]) => scrubbedSoFar.replaceAll(pattern, stand), text);
