import type { Plugin } from 'esbuild';

/**
 * Takes `node:http` and `node:https` by `require`. An `import` of them reads every export, and with the browser's `WebSocket`
 * and `MessageEvent` Node then loads all of undici: 28 of the 105 ms of processor time of an agent's start, and memory.
 */
export const leanHttp: Plugin = {
  name: 'lean-http',
  setup(build) {
    build.onResolve({ filter: /^node:https?$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'lean-http' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'lean-http' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
