import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { archiveUri, krewManifest, type ReleasedArchive } from '../../../../scripts/release/krew.ts';
import { archiveName, PLATFORMS } from '../../../../scripts/release/platforms.ts';

interface KrewPlugin {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    version: string;
    shortDescription: string;
    description: string;
    caveats: string;
    platforms: {
      selector: { matchLabels: Record<string, string> };
      uri: string;
      sha256: string;
      bin: string;
    }[];
  };
}

const archives: ReleasedArchive[] = PLATFORMS.map((platform, index) => ({
  platform,
  uri: archiveUri('1.2.3', archiveName('1.2.3', platform)),
  sha256: String(index).repeat(64),
}));

/**
 * What krew's own validation refuses or warns of: internal/index/validation/validate.go and
 * cmd/validate-krew-manifest/main.go in kubernetes-sigs/krew.
 */
function problems(file: string, { apiVersion, kind, metadata, spec }: KrewPlugin): string[] {
  const { version, shortDescription, description, caveats, platforms } = spec;
  const long = (text: string, limit: number) => text.split('\n').some((line) => line.length > limit);
  const pairs = platforms.map(({ selector }) => JSON.stringify(selector.matchLabels));
  const rules: [string, boolean][] = [
    ['apiVersion', apiVersion === 'krew.googlecontainertools.github.com/v1alpha2'],
    ['kind', kind === 'Plugin'],
    ['safe name', /^[\w-]+$/.test(metadata.name) && file === `${metadata.name}.yaml`],
    ['version with a v', /^v(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[\w.-]+)?$/.test(version)],
    ['short description', shortDescription !== '' && !/[\r\n]/.test(shortDescription)],
    ['line lengths', !long(shortDescription, 70) && !long(description, 80) && !long(caveats, 80)],
    ['platforms', platforms.length > 0 && new Set(pairs).size === pairs.length],
    ...platforms.flatMap(({ selector, uri, sha256, bin }): [string, boolean][] => [
      ['selector keys', Object.keys(selector.matchLabels).sort().join() === 'arch,os'],
      ['uri', /^https:\/\/\S+\.(tar\.gz|zip)$/.test(uri)],
      ['sha256', /^[a-f0-9]{64}$/.test(sha256)],
      ['bin inside the archive', bin !== '' && !bin.startsWith('/') && !bin.includes('..')],
      // krew links it to kubectl-nvme.exe (pluginNameToBin in internal/installation/install.go).
      ['.exe on Windows', selector.matchLabels.os !== 'windows' || bin.endsWith('.exe')],
    ]),
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule);
}

describe('the krew manifest', () => {
  const manifest = parse(krewManifest('1.2.3', archives)) as KrewPlugin;

  it('keeps krew’s rules', () => {
    expect(problems('nvme.yaml', manifest)).toEqual([]);
  });

  it('has an archive with its own checksum for each platform', () => {
    expect(manifest.spec.platforms).toHaveLength(6);
    expect(manifest.spec.platforms[5]).toEqual({
      selector: { matchLabels: { os: 'windows', arch: 'arm64' } },
      uri: expect.stringMatching(/\/v1\.2\.3\/kubectl-nvme-v1\.2\.3-windows-arm64\.tar\.gz$/) as string,
      sha256: '5'.repeat(64),
      bin: 'kubectl-nvme.exe',
    });
  });

  it('says that Node.js is needed', () => {
    expect(manifest.spec.caveats).toContain('Node.js 22.19');
  });

  it('would not keep them with a wrong checksum, version or program', () => {
    const [first, ...rest] = manifest.spec.platforms;
    if (first === undefined) throw new Error('Expected a platform');
    const broken = { ...first, sha256: 'ABC', bin: '../x' };
    const spec = { ...manifest.spec, version: '1.2.3', platforms: [broken, ...rest, first] };
    expect(problems('nvme.yaml', { ...manifest, spec })).toEqual([
      'version with a v',
      'platforms',
      'sha256',
      'bin inside the archive',
    ]);
  });
});
