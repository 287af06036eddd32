const FORBIDDEN =
  /cannot (?<verb>[a-z]+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)")?/;

/** Names the permission that RBAC's refusal is about, and how to look whether one has it. */
export function missingPermission(message: string): string | undefined {
  const found = FORBIDDEN.exec(message)?.groups;
  if (found === undefined) return undefined;
  const { verb = '', resource = '', group = '', namespace } = found;
  const target = group === '' ? resource : `${resource}.${group}`;
  const scope = namespace === undefined ? '' : ` -n ${namespace}`;
  return `Missing permission: ${verb} ${target}. Check with: kubectl auth can-i ${verb} ${target}${scope}`;
}
