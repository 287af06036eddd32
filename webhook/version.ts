/** Filled in by the bundler. */
declare const __VERSION__: string | undefined;

/** The program's version; source runs say so. */
export function version(): string {
  return typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';
}
