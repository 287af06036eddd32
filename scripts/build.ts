// Bundles the four programs into dist/: split ESM bundles, and one launcher a program.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { manifestBundle } from './manifests/bundle.ts';
import { leanHttp } from './lean-http.ts';
import { nodeFlags } from './node-flags.ts';

const root = join(import.meta.dirname, '..');
const staging = join(root, `.dist-${process.pid}`);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const programs: Record<string, string> = {
  'kubectl-nvme': 'cmd/main.tsx',
  'kubectl_complete-nvme': 'cmd/complete/main.ts',
  'nvme-agent': 'agent/main.ts',
  'nvme-webhook': 'webhook/main.ts',
};

/** What a launcher does without Node: a container that only waits has 8 MiB in the manifests of Materialize's tool. */
const PRELUDES: Record<string, string> = {
  'nvme-agent': `if [ "$#" = 1 ] && [ "$1" = sleep ]; then
  trap 'kill "$!"; exit 0' TERM INT
  sleep infinity & wait; exit
fi
`,
};

/** A launcher needs no package: the project's own Node when it is there, else PATH's; start.cjs looks whether it is new enough. */
function launcher(program: string): string {
  const flags = (nodeFlags[program] ?? []).map((flag) => ` ${flag}`).join('');
  return `#!/bin/sh
# Starts ${program} with a Node that can run it.
# Not readlink -f, which macOS before 12.3 lacks.
case $0 in
  */*) self=$0 ;;
  *) self=./$0 ;;
esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
here=\${self%/*}
${PRELUDES[program] ?? ''}node="$here/../node_modules/node/bin/node"
if [ ! -x "$node" ]; then
  node=$(command -v node) || { echo "${program}: needs Node.js >= 22.19 and found none on the PATH" >&2; exit 127; }
fi
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE-\${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-nvme/compile}"
exec "$node"${flags} "$here/lib/start.cjs" ${program} "$@"
`;
}

function chunksByProgram(outputs: Metafile['outputs']): Record<string, string[]> {
  const chunksFrom = (path: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const { path: imported, external } of outputs[path]?.imports ?? []) {
      if (external !== true) chunksFrom(imported, seen);
    }
    return seen;
  };
  const programOf = (path: string): string => basename(path, '.js');
  return Object.fromEntries(
    Object.entries(outputs)
      .filter(([, { entryPoint }]) => entryPoint !== undefined)
      .filter(([path]) => programOf(path) in programs)
      .map(([path]) => [
        programOf(path),
        ['start.cjs', ...[...chunksFrom(path)].map((chunk) => basename(chunk)).sort()],
      ]),
  );
}

/** Programs that share chunks; an image's programs are started apart, and each chunk costs their start a read. */
const bundles: readonly (readonly string[])[] = [
  ['kubectl-nvme', 'kubectl_complete-nvme'],
  ['nvme-agent'],
  ['nvme-webhook'],
];

const bundle = async (names: readonly string[]): Promise<Metafile['outputs']> => {
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, join(root, programs[name] ?? '')])),
    outdir: join(staging, 'lib'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifySyntax: true,
    jsx: 'automatic',
    logLevel: 'warning',
    define: { __VERSION__: JSON.stringify(version), 'process.env.NODE_ENV': '"production"' },
    plugins: [leanHttp],
    // Ink asks for the devtools only when DEV is set; CommonJS dependencies need a require in an ESM bundle.
    alias: { 'react-devtools-core': join(root, 'scripts', 'no-devtools.js') },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
  });
  return metafile.outputs;
};

rmSync(staging, { recursive: true, force: true });
mkdirSync(join(staging, 'lib'), { recursive: true });
const outputs = Object.assign({}, ...(await Promise.all(bundles.map(bundle)))) as Metafile['outputs'];
writeFileSync(join(staging, 'package.json'), JSON.stringify({ type: 'module', version }));
// Which chunks each program loads: an image takes only those of its own programs.
writeFileSync(join(staging, 'chunks.json'), JSON.stringify(chunksByProgram(outputs), null, 2));
copyFileSync(join(import.meta.dirname, 'launcher', 'start.cjs'), join(staging, 'lib', 'start.cjs'));
writeFileSync(
  join(staging, 'lib', 'manifests.json'),
  JSON.stringify(manifestBundle(join(root, 'manifests')), null, 1),
);
for (const name of Object.keys(programs)) {
  writeFileSync(join(staging, name), launcher(name));
  chmodSync(join(staging, name), 0o755);
}
// Swapped in at the end, so that a killed build leaves the last good one.
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(staging, join(root, 'dist'));
