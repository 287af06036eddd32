const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The single PEM certificates in a text, each with a line end. */
export const certificatesIn = (pem: string): string[] =>
  (pem.match(BLOCK) ?? []).map((block) => `${block}\n`);
