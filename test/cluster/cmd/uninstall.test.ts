import { afterAll, beforeAll, describe, it } from 'vitest';
import { HOME_NAMESPACE } from '../../../api/parts.ts';
import type { InstallScene } from './install-scene.ts';
import { openUninstallScene, uninstallAfter, type TakenFirst } from './uninstall-scene.ts';

describe('uninstalling', () => {
  let scene: InstallScene;
  beforeAll(async () => {
    scene = await openUninstallScene();
  });
  afterAll(() => scene.close());

  it.each<TakenFirst>([
    { what: 'nothing', admission: 'webhook' },
    { what: 'the webhook’s namespace', admission: 'webhook', args: ['namespace', HOME_NAMESPACE] },
  ])('after $what was taken away by hand: nodes join, and none keeps our taint', (taken) =>
    uninstallAfter(scene, taken),
  );
});
