/** Names as Kubernetes admits them (apimachinery, util/validation). Each tells what is wrong, or nothing. */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A lower-case DNS name of up to 253 characters, such as a StorageClass has. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

/** A label's or taint's key: an optional DNS prefix of up to 253 characters, then up to 63. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || name.length > 63 || !NAME_PART.test(name)) return false;
  return parts.length === 1 || isSubdomain(parts[0] ?? '');
}

/** A label's or taint's value: empty, or up to 63 characters. */
export function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && NAME_PART.test(text));
}
