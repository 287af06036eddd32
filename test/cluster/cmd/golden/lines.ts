/** What every verb that prints rows is run with beside its own flags; the field is one of its JSON output. */
const printed = (verb: string, sortBy = '.metadata.name', names = ''): string[] => {
  const command = `kubectl nvme ${verb}${names === '' ? '' : ` ${names}`}`;
  return [
    command,
    `${command} -o wide`,
    `${command} -o json`,
    `${command} -o yaml`,
    `${command} -o name`,
    `${command} -o jsonpath='{.items[*].metadata.name}'`,
    `${command} -o custom-columns=NAME:.metadata.name`,
    `${command} --no-headers --chunk-size=1 --sort-by=${sortBy}`,
  ];
};

/** What the lab's kubeconfig says, in files and words of their own. */
const PARTS = [
  'kubectl config view --raw > all.yaml',
  "kubectl config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d > ca.pem",
  'for part in certificate key; do kubectl config view --raw -o jsonpath="{.users[0].user.client-$part-data}" | base64 -d > $part.pem; done',
  "kubectl config view -o jsonpath='{.clusters[0].cluster.server}' > server",
  "kubectl config view -o jsonpath='{.clusters[0].name}' > cluster",
  "kubectl config view -o jsonpath='{.users[0].name}' > user",
];

/** A command of which only the node's name is to be seen. */
const named = 'kubectl nvme status worker-1 -o name';

/** An account that may read what lies in no namespace, and nothing else. */
const READER = [
  'kubectl create clusterrole reader --verb=get,list,watch --resource=nodes,persistentvolumes,nvmenodes.kubectl-nvme.dev,nvmeprofiles.kubectl-nvme.dev',
  'kubectl create clusterrolebinding reader --clusterrole=reader --user=ann',
];

/** Verbs whose lines change nothing that others look at: they run side by side. */
export const READING: ReadonlySet<string> = new Set([
  ...['version', 'completion', 'status', 'describe node', 'plan node', 'drain-check', 'health', 'hugepages'],
  ...['list drives', 'list volumes', 'list orphans', 'list profiles', 'logs', 'doctor', 'spdk render'],
]);

/**
 * The command lines of each verb, of the flags of every verb, and of an account that may do little; run in this order on one cluster, what changes it behind what only looks. A test of the
 * unit ring holds them to every flag and every example of `--help`.
 */
export const LINES: Readonly<Record<string, readonly string[]>> = {
  version: ['kubectl nvme version', 'kubectl nvme version -o json', 'kubectl nvme version --output yaml'],
  completion: ['kubectl nvme completion'],
  install: [
    'kubectl nvme install -o yaml | grep -c ^kind:',
    'kubectl nvme install -o json --admission policy --autoscaling late-binding | grep \'"kind": "\' | sort | uniq -c',
    'kubectl nvme install',
    'kubectl nvme install --profile filesystem-per-drive --node-selector disk=nvme',
    'kubectl nvme install --profile raid0 --provider aws --wait=false',
    'kubectl nvme install --registry registry.example:5000/mirror --image-pull-secret mirror',
    'kubectl nvme install -o json --kubelet-root /data/kubelet/ | grep -A1 KUBELET_ROOT',
    'kubectl nvme install --image example.com/kubectl-nvme:1 --force-conflicts --timeout 1m',
  ],
  upgrade: [
    'kubectl nvme upgrade',
    'kubectl nvme upgrade --admission none --autoscaling capacity --wait=false',
    'kubectl nvme upgrade --image example.com/kubectl-nvme:1 --registry registry.example --image-pull-secret a --kubelet-root /data/kubelet',
    'kubectl nvme upgrade --profile raid0 --provider gcp --node-selector a=b --force-conflicts --timeout 1m',
  ],
  status: [
    ...printed('status', '.capacity'),
    'kubectl nvme status worker-1 -o wide',
    'kubectl nvme status -l pool=nvme',
    `kubectl nvme status -o jsonpath='{.items[?(@.phase!="Ready")].metadata.name}'`,
    'timeout --preserve-status -s INT 4 kubectl nvme status -w',
  ],
  'config flags': [
    ...PARTS,
    `env -u KUBECONFIG ${named}`,
    `env -u KUBECONFIG ${named} --kubeconfig all.yaml`,
    `${named} --kubeconfig none.yaml`,
    `env -u KUBECONFIG ${named} -s $(cat server) --certificate-authority ca.pem --client-certificate certificate.pem --client-key key.pem`,
    `env -u KUBECONFIG ${named} -s $(cat server) --insecure-skip-tls-verify --client-certificate certificate.pem --client-key key.pem`,
    `env -u KUBECONFIG ${named} -s $(cat server) --client-certificate certificate.pem --client-key key.pem`,
    `${named} --tls-server-name kubernetes.default.svc`,
    `${named} --tls-server-name no.such.name`,
    'kubectl config --kubeconfig all.yaml set-context other --cluster $(cat cluster) --user $(cat user)',
    `${named} --kubeconfig all.yaml --context other`,
    `${named} --context none 2>&1 | sed 's/known: .*/known: …)/'`,
    `${named} --cluster $(cat cluster) --user $(cat user)`,
    `${named} --cluster none 2>&1 | sed 's/known: .*/known: …)/'`,
    `${named} --user none 2>&1 | sed 's/known: .*/known: …)/'`,
    `${named} --token $(kubectl create token default)`,
    `${named} --token made-up`,
    `${named} --as nobody`,
    `${named} --as nobody --as-uid 42 --as-group some --as-group system:masters`,
    `${named} --as-group some`,
    'kubectl nvme spdk apply --node worker-1 --image spdk:1 --dry-run=server -n none',
    `${named} --request-timeout 20s`,
    `${named} --request-timeout soon`,
  ],
  'read-only account': [
    ...READER,
    'kubectl nvme status --as ann',
    'kubectl nvme describe node worker-1 --as ann',
    'kubectl nvme plan node worker-1 --as ann -o wide',
    'kubectl nvme list drives --as ann',
    'kubectl nvme list volumes --as ann',
    'kubectl nvme list profiles --as ann',
    'kubectl nvme health --as ann',
    'kubectl nvme hugepages --as ann',
    'kubectl nvme drain-check worker-1 --as ann',
    'kubectl nvme list orphans --as ann',
    'kubectl nvme cleanup --as ann',
    'kubectl nvme logs worker-1 --as ann',
    'kubectl nvme snapshot worker-1 --as ann > worker-1.json',
    'kubectl nvme setup node worker-1 --layout lvm --wait=false --as ann',
    'kubectl nvme reset node worker-2 --plan-id reset-worker-2 --wait=false --as ann',
    'kubectl nvme taint worker-1 --as ann',
    'kubectl nvme spdk apply --node worker-1 --image spdk:1 --as ann',
    'kubectl nvme install --wait=false --as ann',
    'kubectl nvme uninstall --as ann',
    'kubectl nvme doctor --as ann',
  ],
  'describe node': ['kubectl nvme describe node worker-1', 'kubectl nvme describe node worker-1 worker-2'],
  'plan node': [
    ...printed('plan node', '.metadata.name', '-l disk=nvme'),
    'kubectl nvme plan node worker-1',
    'kubectl nvme plan node worker-1 --layout raid',
    'kubectl nvme plan node -l disk=nvme -o wide',
    'kubectl nvme plan node worker-1 --profile raid0 --existing-data Adopt',
  ],
  'drain-check': [
    ...printed('drain-check', '.metadata.name', 'worker-1'),
    'kubectl nvme drain-check worker-1 && kubectl drain worker-1 --ignore-daemonsets',
    'kubectl nvme drain-check -l pool=old -o json',
  ],
  'list drives': [
    ...printed('list drives'),
    'kubectl nvme list drives --state Foreign',
    'kubectl nvme list drives --sort-by=.size',
    'kubectl nvme list drives --node worker-1 -l pool=nvme',
  ],
  'list volumes': [
    ...printed('list volumes'),
    'kubectl nvme list volumes --state Available',
    'kubectl nvme list volumes --node worker-1 -o wide',
    'kubectl nvme list volumes -l pool=nvme',
  ],
  'list orphans': [
    ...printed('list orphans'),
    'kubectl nvme list orphans --state Held',
    'kubectl nvme list orphans --node worker-1',
    'kubectl nvme list orphans -l pool=nvme',
  ],
  'list profiles': [
    ...printed('list profiles'),
    'kubectl nvme list profiles --sort-by=.spec.priority',
    'kubectl nvme list profiles -l team=storage',
  ],
  health: [
    ...printed('health'),
    'kubectl nvme health --sort-by=.health.percentageUsed',
    `kubectl nvme health -o jsonpath='{.items[?(@.verdict.health=="Critical")].metadata.name}'`,
    'kubectl nvme health -l pool=nvme',
  ],
  hugepages: [
    ...printed('hugepages'),
    `kubectl nvme hugepages worker-1 -o jsonpath='{.items[*].free}'`,
    'kubectl nvme hugepages -l pool=nvme',
  ],
  logs: [
    'kubectl nvme logs worker-1 --tail 20 -f',
    'kubectl nvme logs worker-1 --previous',
    'kubectl nvme logs worker-1 --timestamps --since 1h',
  ],
  snapshot: ['kubectl nvme snapshot worker-1 > worker-1.json', `grep -c '"bundle"' worker-1.json`],
  doctor: [
    'kubectl nvme doctor',
    'kubectl nvme doctor -o json',
    `kubectl nvme doctor -o jsonpath='{.items[?(@.level=="error")].message}'`,
  ],
  'spdk render': [
    'kubectl nvme spdk render --node worker-1 --image registry.example/spdk:24.09',
    'kubectl nvme spdk render --node worker-1 --image spdk:1 --name other --cores 0x3 --cpu 2 --memory 1Gi --hugepage-size 2Mi --keep-current',
  ],
  'spdk apply': [
    'kubectl nvme spdk apply --node worker-1 --image spdk:1 --name other --cores 0x3 --cpu 2 --memory 1Gi --hugepage-size 2Mi --dry-run=server',
    'kubectl nvme spdk apply --node worker-1 --image registry.example/spdk:24.09 --keep-current',
    // Last: its pod takes the hugepages.
    'kubectl nvme spdk apply --node worker-1 --image registry.example/spdk:24.09',
  ],
  taint: [
    'kubectl nvme taint worker-1 --remove --reason "INC-42"',
    'kubectl nvme status',
    'kubectl nvme taint worker-1',
    'kubectl nvme taint -l pool=old --remove',
    'kubectl nvme taint -l pool=old',
  ],
  'reset node': [
    'kubectl nvme reset node worker-1 --dry-run',
    'kubectl nvme reset node worker-1',
    'kubectl nvme reset node worker-1 --force',
    'kubectl nvme reset node worker-2 --plan-id stale-1 --wait=false',
    'kubectl nvme reset node -l pool=old --dry-run=server',
    'kubectl nvme reset node worker-2 --plan-id reset-worker-2 --timeout 1s',
  ],
  'setup node': [
    'kubectl nvme setup node worker-1 --dry-run',
    'kubectl nvme setup node worker-1 --dry-run -o yaml',
    'kubectl nvme setup node worker-1 --dry-run=server --output json',
    'kubectl nvme setup node worker-1 --plan-id stale-1 --dry-run=server',
    'timeout --preserve-status -s INT 4 kubectl nvme setup node worker-1',
    'timeout --preserve-status -s INT 4 kubectl nvme setup node worker-1 --layout raid',
    'timeout --preserve-status -s INT 4 kubectl nvme setup node -l pool=nvme --max-parallel 10',
    'kubectl nvme setup node worker-2 --profile raid0 --existing-data Adopt --wait=false',
    'kubectl nvme setup node worker-2 --timeout 1s',
  ],
  cleanup: [
    ...printed('cleanup', '.metadata.name', '--dry-run'),
    'kubectl nvme cleanup --approve --dry-run',
    'kubectl nvme cleanup --approve nvme-worker-1-3f2a',
    'kubectl nvme cleanup --storage-class nvme-ssd --dry-run=server',
    'kubectl nvme cleanup',
  ],
  uninstall: [
    'kubectl nvme uninstall --dry-run',
    'kubectl nvme uninstall --wait=false --timeout 1m',
    'kubectl nvme uninstall',
    'kubectl nvme uninstall --crds',
  ],
};
