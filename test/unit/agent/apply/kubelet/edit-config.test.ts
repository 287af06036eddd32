import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { KubeletConfigError, withLimitedSwap } from '../../../../../agent/apply/kubelet/edit-config.ts';

const HEAD = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const edit = (text: string): Promise<string> => withLimitedSwap('/etc/kubelet.yaml', text);

describe('the kubelet’s configuration with swap allowed and limited', () => {
  it('keeps comments, order and quoting of YAML', async () => {
    const text = `# made by the installer\n${HEAD}clusterDNS:\n- "10.0.0.10"\nmaxPods: 110 # per node\nfeatureGates: {A: true}\n`;
    expect(await edit(text)).toBe(
      `# made by the installer\n${HEAD}clusterDNS:\n  - "10.0.0.10"\nmaxPods: 110 # per node\nfeatureGates: { A: true }\n` +
        'failSwapOn: false\nmemorySwap:\n  swapBehavior: LimitedSwap\n',
    );
  });

  it('keeps JSON as JSON', async () => {
    const before = { kind: 'KubeletConfiguration', port: 10250, memorySwap: { swapBehavior: 'NoSwap' } };
    const after: unknown = JSON.parse(await edit(JSON.stringify(before)));
    expect(after).toEqual({ ...before, failSwapOn: false, memorySwap: { swapBehavior: 'LimitedSwap' } });
  });

  it('gives the same text when nothing is to be changed', async () => {
    const text = `${HEAD}memorySwap: {swapBehavior: LimitedSwap}\nfailSwapOn: false\n`;
    expect(await edit(text)).toBe(text);
  });

  it('replaces what forbids swap', async () => {
    const after: unknown = parse(await edit(`${HEAD}failSwapOn: true\nmemorySwap: {}\nport: 1\n`));
    expect(after).toMatchObject({ failSwapOn: false, memorySwap: { swapBehavior: 'LimitedSwap' }, port: 1 });
  });

  it('makes a whole configuration of an empty file', async () => {
    expect(parse(await edit('\n'))).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      failSwapOn: false,
      memorySwap: { swapBehavior: 'LimitedSwap' },
    });
  });

  it.each([
    ['another kind', 'kind: KubeProxyConfiguration\n'],
    ['a list', '- a\n'],
    ['broken YAML', 'kind: {\n'],
    ['two documents', `${HEAD}---\n${HEAD}`],
  ])('refuses %s, naming the file', async (_, text) => {
    const refused = await edit(text).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(KubeletConfigError);
    expect(String(refused)).toContain('/etc/kubelet.yaml');
  });
});
