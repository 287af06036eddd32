/** Texts that give access to something, wherever they stand: bearer tokens, JSON Web Tokens, private keys, passwords. */
const SECRETS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '<private key>'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b(bearer)\s+[\w.~+/=-]{8,}/gi, '$1 <token>'],
  [/((?:password|passwd|secret|token|api[-_]?key)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, '$1<redacted>'],
];

/** The text without what looks like a secret. Our programs log none; what they repeat from others may hold one. */
export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((clean, [pattern, replacement]) => clean.replaceAll(pattern, replacement), text);
