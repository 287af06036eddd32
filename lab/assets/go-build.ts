import { basename } from 'node:path';
import type { BinaryRecipe } from './binaries.ts';
import type { AssetContext } from './context.ts';
import { AssetCommandError, run } from './run.ts';

/** The lab needs a program that is not built yet, and there is no Go toolchain to build it with. */
export class GoToolchainMissingError extends Error {
  readonly program: string;

  constructor(program: string, cause: unknown) {
    super(
      `${program} has to be built, and \`go\` was not found on the PATH: install Go >= 1.26 ` +
        `(https://go.dev/doc/install), or point KUBEBUILDER_ASSETS at a folder that holds ${program}`,
      { cause },
    );
    this.name = 'GoToolchainMissingError';
    this.program = program;
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

async function requireGo(ctx: AssetContext, program: string): Promise<void> {
  try {
    await run(ctx, 'go', ['version']);
  } catch (error) {
    if (error instanceof AssetCommandError) throw new GoToolchainMissingError(program, error);
    throw error;
  }
}
