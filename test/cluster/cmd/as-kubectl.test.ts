import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { nodes, nvmeProfiles } from '../../../kube/resources.ts';
import { node, nvmeProfile } from '../../builders/objects.ts';
import { folderUntilEnd } from '../../builders/temporary-folder.ts';
import { openPluginScene, type PluginScene } from './plugin-scene.ts';

const LABEL = 'as-kubectl';
const SELECTED = ['-l', `${LABEL}=true`];
const NAMES = ['as-kubectl-a', 'as-kubectl-b', 'as-kubectl-c'];
const PROFILES = { 'as-kubectl-narrow': 'plain text', 'as-kubectl-wide': '日本語のメモ' };

// Both programs, asked for the same, on one control plane. What only the built plugin is asked is in test/unit/cmd/built.
describe('kubectl and kubectl nvme', () => {
  const { apiServer } = inject('controlPlane');
  const folder = folderUntilEnd();
  let kube: KubeApi;
  let kubectl: PluginScene['kubectl'];

  beforeAll(async () => {
    ({ kube, kubectl } = await openPluginScene(inject('controlPlane')));
    for (const name of NAMES) {
      const spec = { taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }] };
      const { status: _, ...object } = node({ metadata: { name, labels: { [LABEL]: 'true' } }, spec });
      await kube.create(nodes, object);
    }
    for (const [name, note] of Object.entries(PROFILES)) {
      const metadata = { name, labels: { [LABEL]: 'true' }, annotations: { note } };
      const nodeSelector = { matchLabels: { [LABEL]: 'nobody' } };
      await kube.create(nvmeProfiles, nvmeProfile({ metadata, spec: { nodeSelector } }));
    }
  });

  afterAll(async () => {
    for (const name of NAMES) await kube.delete(nodes, name);
    for (const name of Object.keys(PROFILES)) await kube.delete(nvmeProfiles, name);
  });

  /** A kubeconfig whose only user has this credential plugin. */
  function withPlugin(command: string): string {
    const file = join(folder, 'exec');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command };
    const config = {
      'current-context': 'exec',
      clusters: [{ name: 'here', cluster: { server: apiServer } }],
      users: [{ name: 'exec', user: { exec } }],
      contexts: [{ name: 'exec', context: { cluster: 'here', user: 'exec' } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  it('read a list in pages alike', async () => {
    for (const size of ['1', '2', '0']) {
      const flags = [...SELECTED, '-o', 'name', '--chunk-size', size];
      const theirs = await kubectl('get', 'nodes', ...flags);
      expect(await kubectl('nvme', 'status', ...flags)).toEqual(theirs);
      expect(theirs.stdout).toBe(NAMES.map((name) => `node/${name}\n`).join(''));
    }
  });

  it('align wide characters alike', async () => {
    const columns = 'custom-columns=NOTE:.metadata.annotations.note,NAME:.metadata.name';
    const theirs = await kubectl('get', 'nvmeprofiles', ...SELECTED, '-o', columns);
    expect(await kubectl('nvme', 'list', 'profiles', ...SELECTED, '-o', columns)).toEqual(theirs);
    expect(theirs.stdout).toContain('日本語のメモ');
  });

  it('refuse an output that neither has alike', async () => {
    const refusal =
      /^error: unable to match a printer suitable for the output format "nonsense", allowed formats are: /;
    for (const command of [
      ['get', 'nodes'],
      ['nvme', 'status'],
    ]) {
      const { exitCode, stdout, stderr } = await kubectl(...command, '-o', 'nonsense');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(refusal);
    }
  });

  it('may do what an impersonated group may', async () => {
    const who = ['--as', 'nobody', '--as-uid', '42', '--as-group', 'some', '--as-group', 'system:masters'];
    const theirs = await kubectl('get', 'nodes', ...SELECTED, '-o', 'name', ...who);
    expect(theirs.exitCode).toBe(0);
    expect(await kubectl('nvme', 'status', ...SELECTED, '-o', 'name', ...who)).toEqual(theirs);
  });

  it('say alike how a credential plugin failed', async () => {
    const failing = join(folder, 'failing');
    writeFileSync(failing, '#!/bin/sh\necho "sign in first" >&2\nexit 7\n');
    chmodSync(failing, 0o755);
    for (const command of [failing, 'no-such-credential-plugin']) {
      const flags = ['--kubeconfig', withPlugin(command)];
      const ours = await kubectl('nvme', 'status', ...flags);
      const theirs = await kubectl('get', 'nodes', ...flags);
      const complaint = /^Unable to connect to the server: getting credentials: exec: .*$/m;
      expect(ours).toMatchObject({ exitCode: 1, stdout: '' });
      expect(complaint.exec(ours.stderr)?.[0]).toBe(complaint.exec(theirs.stderr)?.[0]);
    }
  });
});
