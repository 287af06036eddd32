import { describe, expect, it } from 'vitest';
import { componentFlags } from '../../../../lab/cluster/components.ts';

const flags = componentFlags('/labs/x', { apiServer: 1, etcdClient: 2, etcdPeer: 3 });

describe('the control plane of a lab', () => {
  it('listens on loopback only', () => {
    const listeners = Object.values(flags)
      .flat()
      .filter((flag) => /^--(bind-address|listen-)/.test(flag));

    expect(listeners.length).toBeGreaterThan(0);
    for (const flag of listeners) expect(flag).toMatch(/127\.0\.0\.1/);
    expect(flags['kube-controller-manager']).toContain('--secure-port=0');
    expect(flags['kube-scheduler']).toContain('--secure-port=0');
  });

  it('authorizes as a real cluster does, so that least privilege can be tested', () => {
    expect(flags['kube-apiserver']).toContain('--authorization-mode=Node,RBAC');
    expect(flags['kube-apiserver']).toContain('--enable-admission-plugins=NodeRestriction');
    expect(flags['kube-controller-manager']).toContain('--use-service-account-credentials');
  });

  it('lets nobody into etcd without a certificate of etcd’s own authority', () => {
    expect(flags.etcd).toContain('--client-cert-auth');
    expect(flags.etcd).toContain('--trusted-ca-file=/labs/x/pki/etcd-ca.crt');
    expect(flags['kube-apiserver']).toContain('--client-ca-file=/labs/x/pki/ca.crt');
  });
});
