/** Names as typed or pasted: `node/x`, `nodes/x` and `nvmenode.kubectl-nvme.dev/x` mean node x; each only once. */
export function nodeNames(args: readonly string[]): string[] {
  return [...new Set(args.map((arg) => arg.replace(/^(?:nodes?|nvmenodes?(?:\.[^/]*)?)\//, '')))];
}
