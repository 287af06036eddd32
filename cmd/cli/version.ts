// Put in by the build (scripts/build.ts); absent when the sources run as they are.
declare const __VERSION__: string | undefined;

/** Version of this program without the `v`. */
export function programVersion(): string {
  return typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source';
}

/** How requests name themselves to the API server. */
export const userAgent = (): string => `kubectl-nvme/${programVersion()}`;
