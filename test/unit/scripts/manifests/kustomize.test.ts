import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { renderKustomization } from '../../../../scripts/manifests/kustomize.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: d, labels: { own: 'yes' } }
spec: { template: { spec: { containers: [{ image: app }, { image: 'app:1' }, { image: 'r.example:5000/app' }] } } }
---
# Only a comment.
---
apiVersion: v1
kind: Service
metadata: { name: s }
`;

function folderWith(kustomization: object): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'objects.yaml'), DEPLOYMENT);
  writeFileSync(join(folder, 'sub', 'kustomization.yaml'), stringify({ resources: ['../objects.yaml'] }));
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
  return folder;
}

describe('a kustomization', () => {
  it('is its resources with labels and images, in their order', () => {
    const folder = folderWith({
      resources: ['sub'],
      labels: [{ pairs: { 'part-of': 'us' } }],
      images: [{ name: 'app', newName: 'ghcr.io/us/app', newTag: '2' }],
    });
    expect(renderKustomization(folder)).toMatchObject([
      {
        kind: 'Deployment',
        metadata: { labels: { own: 'yes', 'part-of': 'us' } },
        spec: {
          template: {
            spec: {
              containers: [
                { image: 'ghcr.io/us/app:2' },
                { image: 'ghcr.io/us/app:2' },
                { image: 'r.example:5000/app' },
              ],
            },
          },
        },
      },
      { kind: 'Service', metadata: { labels: { 'part-of': 'us' } } },
    ]);
  });

  it('is patched by JSON patches on a target, and by deletions', () => {
    const patches = [
      {
        target: { kind: 'Deployment', name: 'd' },
        patch: stringify([
          { op: 'add', path: '/spec/template/spec/containers/0/args', value: ['-x'] },
          { op: 'remove', path: '/spec/template/spec/containers/2' },
        ]),
      },
      { patch: stringify({ $patch: 'delete', apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }) },
    ];
    const [deployment, ...others] = renderKustomization(folderWith({ resources: ['sub'], patches }));
    expect(deployment).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'app', args: ['-x'] }, { image: 'app:1' }] } } },
    });
    expect(others).toEqual([]);
    const merge = [{ patch: stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }) }];
    expect(() => renderKustomization(folderWith({ resources: ['sub'], patches: merge }))).toThrow(
      /expected a JSON patch or \$patch: delete/,
    );
  });

  it('is refused when it asks for something that would be left out', () => {
    expect(() => renderKustomization(folderWith({ resources: ['sub'], namePrefix: 'x-' }))).toThrow(
      /kustomization\.yaml: expected only .*, got `namePrefix`/,
    );
    const labels = [{ pairs: { a: 'b' }, includeSelectors: true }];
    expect(() => renderKustomization(folderWith({ labels }))).toThrow(/got `includeSelectors`/);
  });
});
