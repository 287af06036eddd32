/** The first text that is there and not empty: empty variables and kubeconfig fields count as unset. */
export function firstSet(...texts: (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined && text !== '');
}
