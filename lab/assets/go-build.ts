import { basename } from 'node:path';
import type { BinaryRecipe } from './binary-recipe.ts';
import type { AssetContext } from './context.ts';
import { AssetCommandError, run } from './run.ts';

/** The lab needs a program that is not built yet, and there is no Go toolchain that can build it. */
export class GoToolchainMissingError extends Error {
  readonly program: string;
  readonly found: string;

  constructor(program: string, found: string, cause?: unknown) {
    super(
      `${program} has to be built, which needs \`go\` >= 1.21 on the PATH (found: ${found}): install Go from ` +
        `https://go.dev/doc/install, or point KUBEBUILDER_ASSETS at a folder that holds ${program}`,
      { cause },
    );
    this.name = 'GoToolchainMissingError';
    this.program = program;
    this.found = found;
  }
}

/** The arguments of `go build` for a recipe: reproducible paths, no symbol tables, verbose for the progress. */
export function goBuildArguments(recipe: BinaryRecipe, output: string): string[] {
  const variables = Object.entries(recipe.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const tags = recipe.tags === undefined ? [] : ['-tags', recipe.tags.join(',')];
  return [
    ...['build', '-v', '-mod=readonly', '-trimpath', '-buildvcs=false', ...tags],
    // The link throws debug information away; not making it saves a tenth of a cold build.
    '-gcflags=all=-dwarf=false',
    ...['-ldflags', ['-s', '-w', ...variables].join(' ')],
    ...['-o', output, recipe.package],
  ];
}

/** Packages between two lines of progress: about one line every 10 seconds on two cores. */
const PACKAGES_PER_LINE = 100;

/** Builds one program with `go build` in its module's folder; throws when Go is missing or the build fails. */
export async function goBuild(
  ctx: AssetContext,
  recipe: BinaryRecipe,
  moduleDir: string,
  output: string,
): Promise<void> {
  const name = basename(output);
  await requireGo(ctx, name);
  ctx.progress(`${name} ${recipe.version}: building with go`);
  let packages = 0;
  const onLine = (line: string): void => {
    if (line.startsWith('go: downloading')) return;
    packages += 1;
    if (packages % PACKAGES_PER_LINE === 0) ctx.progress(`${name}: ${packages} packages compiled`);
  };
  const env = { CGO_ENABLED: recipe.cgo === true ? '1' : '0', GOFLAGS: '', GOWORK: 'off' };
  await run(ctx, 'go', goBuildArguments(recipe, output), { cwd: moduleDir, env, onLine });
  ctx.progress(`${name} ${recipe.version}: built`);
}

/** Go 1.21 and later fetch the release that a module asks for by themselves. */
async function requireGo(ctx: AssetContext, program: string): Promise<void> {
  try {
    const version = await run(ctx, 'go', ['version']);
    if (!/go1\.(2[1-9]|[3-9]\d|\d{3})/.test(version))
      throw new GoToolchainMissingError(program, version.trim());
  } catch (error) {
    if (error instanceof AssetCommandError) throw new GoToolchainMissingError(program, 'none', error);
    throw error;
  }
}
