import { kubectl } from '../../lab/install/kubectl.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';
import { HOST_FROM_GUEST } from '../../lab/cluster/addresses.ts';
import { testLabContext } from '../builders/lab-context.ts';
import { installPrograms } from '../nodes/main-job/programs.ts';
import type { Scene } from '../nodes/main-job/scene.ts';
import type { Kill } from './round-plan.ts';

const UNIT = 'nvme-agent.service';
const AGENT = { namespace: 'kubectl-nvme-agent', account: 'nvme-agent' };
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** On the root disk, which survives a power cut. */
const KEPT_ACCOUNT = '/etc/nvme-agent';
const PROGRAM = '/usr/local/lib/kubectl-nvme/nvme-agent';
const PID_FILE = '/run/nvme-agent.pid';
export const AGENT_LOG = '/var/log/nvme-agent.log';

/**
 * The agent as a unit that comes back at once: a kubelet waits ever longer before it starts a killed container again. Its
 * programs outlive it (KillMode), and it may write to the cluster what the DaemonSet's may and no more.
 */
const unit = (node: string, apiPort: string): string => `[Unit]
After=lab-network.service lab-drives.service
StartLimitIntervalSec=0
[Service]
Environment=HOME=/root NODE_NAME=${node} KUBERNETES_SERVICE_HOST=${HOST_FROM_GUEST} KUBERNETES_SERVICE_PORT=${apiPort}
ExecStart=/bin/sh -c '[ -e ${ACCOUNT}/token ] || { mkdir -p ${ACCOUNT} && cp ${KEPT_ACCOUNT}/* ${ACCOUNT}/; }; \\
  echo $$$$ > ${PID_FILE}; exec ${PROGRAM} run'
StandardOutput=append:${AGENT_LOG}
StandardError=append:${AGENT_LOG}
Restart=always
RestartSec=100ms
KillMode=process
[Install]
WantedBy=multi-user.target`;

const enable = (text: string): string => `set -e
mkdir -p ${KEPT_ACCOUNT}
cp /etc/kubernetes/pki/ca.crt ${KEPT_ACCOUNT}/
cat > ${KEPT_ACCOUNT}/token
printf ${AGENT.namespace} > ${KEPT_ACCOUNT}/namespace
cat > /etc/systemd/system/${UNIT} <<'EOF'
${text}
EOF
# Who is killed never writes Node's compile cache.
HOME=/root ${PROGRAM} snapshot > /dev/null
systemctl daemon-reload
systemctl enable --now ${UNIT}
sync`;

/** Installs the built agent on a machine whose Node is there, with a token that names that Node, and starts it. */
export async function installAgent(scene: Scene, node: LabNode, image: string): Promise<void> {
  const token = await kubectl(
    testLabContext(),
    scene.lab,
    ...['create', 'token', AGENT.account, '-n', AGENT.namespace, '--duration=12h'],
    ...['--bound-object-kind=Node', `--bound-object-name=${node.name}`],
  );
  const { port } = new URL(scene.lab.apiServer);
  await node.run(['sh', '-c', installPrograms(image)], { timeoutMs: 180_000 });
  await node.run(['sh', '-c', enable(unit(node.name, port))], { stdin: token.trim(), timeoutMs: 60_000 });
}

/** Programs that write to drives, as their command lines have them. */
const WRITES = [
  ...[
    '*mkfs.*',
    '*mkswap*',
    '*pvcreate*',
    '*vgcreate*',
    '*lvcreate*',
    '*lvremove*',
    '*vgremove*',
    '*pvremove*',
  ],
  ...['*mdadm --create*', '*mdadm --stop*', '*mdadm --zero*', '*mount *', '*swapon *', '*swapoff*'],
  ...['*wipefs*', '*blkdiscard*', '*write-zeroes*', '*rm -*'],
].map((pattern) => pattern.replaceAll(' ', '\\ '));

/**
 * For each three of amid, seconds and whom: waits for an agent that lives; lets it live so long, or until it runs a
 * program that writes, or has nothing left to do, and so long after that; kills it; prints the three, and which programs it was running.
 */
const KILL = `
group=/sys/fs/cgroup/system.slice/${UNIT}
writes() {
  while read -r child; do
    mapfile -d '' -t argv < /proc/$child/cmdline
    case "\${argv[*]}" in ${WRITES.join('|')}) return 0 ;; esac
  done < $group/cgroup.procs
  return 1
}
while [ $# -gt 0 ]; do
  for i in $(seq 600); do
    pid=$(cat ${PID_FILE})
    [ -n "$pid" ] && [ "$pid" != "$last" ] && [ -d "/proc/$pid" ] && break
    sleep 0.05
  done
  if [ "$1" = write ]; then
    rounds=$(grep -cE 'round done|"waiting"' ${AGENT_LOG})
    for i in $(seq 600); do
      writes && break
      [ -d "/proc/$pid" ] || break
      [ $((i % 10)) != 0 ] || [ "$(grep -cE 'round done|"waiting"' ${AGENT_LOG})" = "$rounds" ] || break
      sleep 0.1
    done
  fi
  sleep "$2"
  if [ -d "/proc/$pid" ]; then
    doing=
    for child in $(cat $group/cgroup.procs); do
      [ "$child" = "$pid" ] || doing="$doing$(tr '\\0' ' ' < /proc/$child/cmdline | cut -c1-120); "
    done
    if [ "$3" = all ]; then echo 1 > $group/cgroup.kill; else kill -KILL "$pid"; fi
    echo "$1 $2 $3 killed $doing"
  else
    echo "$1 $2 $3 ended"
  fi
  last=$pid; shift 3
done 2>/dev/null`;

/** A kill as it came about. */
export interface SeenKill {
  amid: Kill['amid'];
  /** After its start, or after it had begun to write. */
  seconds: number;
  whom: Kill['whom'];
  /** False where the agent had ended by itself. */
  hit: boolean;
  /** The programs that it was running. */
  doing: string;
}

/** A machine without other work has one program after the other in that time. */
const WRITE_SECONDS = 2;

/** Kills the agent as planned: `fraction` 1 is that many seconds after its start, or two after it began to write. */
export async function killAgent(
  node: LabNode,
  kills: readonly Kill[],
  spanSeconds: number,
): Promise<SeenKill[]> {
  if (kills.length === 0) return [];
  const args = kills.flatMap(({ fraction, amid, whom }) =>
    amid === 'a write'
      ? ['write', (fraction * WRITE_SECONDS).toFixed(2), whom]
      : ['any', (fraction * spanSeconds).toFixed(2), whom],
  );
  const output = await node.run(['bash', '-c', KILL, 'kill', ...args], { timeoutMs: 900_000 });
  return output.trim().split('\n').map(parseKill);
}

const KILL_LINE = /^(any|write) (\S+) (agent|all) (killed|ended) ?(.*)$/;

function parseKill(line: string): SeenKill {
  const [, amid, seconds, whom, what, doing = ''] = KILL_LINE.exec(line) ?? [];
  if (seconds === undefined) throw new Error(`Expected a kill, got \`${line}\``);
  return {
    amid: amid === 'write' ? 'a write' : 'anything',
    seconds: Number(seconds),
    whom: whom === 'all' ? 'all' : 'agent',
    hit: what === 'killed',
    doing: programsOf(doing),
  };
}

/** Without what always runs beside the agent, and without the wrapper that keeps the lock. */
function programsOf(text: string): string {
  return text
    .split(';')
    .map((command) => command.trim().replace(/^timeout --kill-after=\d+ \d+ /, ''))
    .filter((command) => command !== '' && !command.startsWith('udevadm monitor'))
    .filter((command, index, all) => all.indexOf(command) === index)
    .join('; ');
}
