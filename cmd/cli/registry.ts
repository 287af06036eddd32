import type { Verb } from './verb.ts';

/** A verb before its module is loaded. */
export interface VerbEntry {
  /** `['setup', 'node']`. */
  path: readonly string[];
  /** One line in the help of its parent. */
  summary: string;
  load: () => Promise<Verb>;
}

/** A word that only groups verbs: `setup`. */
export interface GroupEntry {
  name: string;
  summary: string;
}

export const GROUPS: readonly GroupEntry[] = [
  { name: 'describe', summary: 'Show everything about one thing' },
  { name: 'list', summary: 'List drives, volumes, orphans or profiles' },
  { name: 'plan', summary: 'Show what set-up would do, and change nothing' },
  { name: 'reset', summary: 'Turn drives raw again' },
  { name: 'setup', summary: 'Turn raw NVMe drives into ready storage' },
  { name: 'spdk', summary: 'Run SPDK on the drives and hugepages that a node has for it' },
];

/** Every verb, in the order of the help. Loaded one at a time, so that `version` costs nothing of `status`. */
export const VERBS: readonly VerbEntry[] = [
  {
    path: ['status'],
    summary: 'Show nodes with their NVMe drives, volumes and problems',
    load: async () => (await import('../verbs/status.ts')).status,
  },
  {
    path: ['describe', 'node'],
    summary: 'Show everything about a node, and what to do next',
    load: async () => (await import('../verbs/describe-node.ts')).describeNodeVerb,
  },
  {
    path: ['plan', 'node'],
    summary: 'Show the steps that set-up would run on nodes',
    load: async () => (await import('../verbs/plan-node.ts')).planNode,
  },
  {
    path: ['setup', 'node'],
    summary: 'Set up the drives of a node',
    load: async () => (await import('../verbs/setup-node.ts')).setupNode,
  },
  {
    path: ['reset', 'node'],
    summary: 'Empty the drives of nodes, once what is lost was confirmed',
    load: async () => (await import('../verbs/reset-node.ts')).resetNodeVerb,
  },
  {
    path: ['taint'],
    summary: 'Take the startup taint off nodes and pause them, or end the pause',
    load: async () => (await import('../verbs/taint.ts')).taintVerb,
  },
  {
    path: ['drain-check'],
    summary: 'Show who loses data if nodes go',
    load: async () => (await import('../verbs/drain-check.ts')).drainCheck,
  },
  {
    path: ['list', 'drives'],
    summary: 'List the drives of all nodes',
    load: async () => (await import('../verbs/list-drives.ts')).listDrives,
  },
  {
    path: ['list', 'volumes'],
    summary: 'List the volumes on NVMe drives',
    load: async () => (await import('../verbs/list-volumes.ts')).listVolumes,
  },
  {
    path: ['list', 'orphans'],
    summary: 'List volumes whose nodes are gone',
    load: async () => (await import('../verbs/list-orphans.ts')).listOrphans,
  },
  {
    path: ['list', 'profiles'],
    summary: 'List the profiles and how many nodes each rules',
    load: async () => (await import('../verbs/list-profiles.ts')).listProfilesVerb,
  },
  {
    path: ['cleanup'],
    summary: 'Show, release or delete what nodes that are gone have left',
    load: async () => (await import('../verbs/cleanup.ts')).cleanup,
  },
  {
    path: ['health'],
    summary: 'Show wear, spare blocks and errors of local drives',
    load: async () => (await import('../verbs/health.ts')).health,
  },
  {
    path: ['logs'],
    summary: 'Print the log of the agent on a node',
    load: async () => (await import('../verbs/logs.ts')).logs,
  },
  {
    path: ['snapshot'],
    summary: 'Print a support bundle of a node, without secrets',
    load: async () => (await import('../verbs/snapshot.ts')).snapshot,
  },
  {
    path: ['hugepages'],
    summary: 'Show the hugepages of nodes, and what a new pod would get',
    load: async () => (await import('../verbs/hugepages.ts')).hugepages,
  },
  {
    path: ['spdk', 'render'],
    summary: 'Print a Deployment of SPDK for a node',
    load: async () => (await import('../verbs/spdk-render.ts')).spdkRender,
  },
  {
    path: ['spdk', 'apply'],
    summary: 'Apply a Deployment of SPDK for a node',
    load: async () => (await import('../verbs/spdk-apply.ts')).spdkApply,
  },
  {
    path: ['install'],
    summary: 'Install kubectl-nvme in the cluster',
    load: async () => (await import('../verbs/install.ts')).install,
  },
  {
    path: ['upgrade'],
    summary: 'Bring the installation to the version of this plugin',
    load: async () => (await import('../verbs/install.ts')).upgrade,
  },
  {
    path: ['uninstall'],
    summary: 'Take kubectl-nvme out of the cluster; data stays',
    load: async () => (await import('../verbs/uninstall.ts')).uninstall,
  },
  {
    path: ['doctor'],
    summary: 'Look for what is wrong, and say how to mend it',
    load: async () => (await import('../verbs/doctor.ts')).doctor,
  },
  {
    path: ['completion'],
    summary: 'Say how to switch on shell completion',
    load: async () => (await import('../verbs/completion.ts')).completion,
  },
  {
    path: ['version'],
    summary: 'Print the version of this plugin',
    load: async () => (await import('../verbs/version.ts')).version,
  },
];

/** The verb that the words name, if they name one; words behind it are its arguments. */
export function findVerb(words: readonly string[]): VerbEntry | undefined {
  return VERBS.find(({ path }) => path.every((word, index) => matchesWord(word, words[index])));
}

/** kubectl takes `node`, `nodes` and `no` alike. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  node: ['nodes', 'no'],
  drives: ['drive'],
  volumes: ['volume', 'pv'],
  orphans: ['orphan'],
  profiles: ['profile'],
};

/** Other spellings of a word of a verb's path. */
export const aliasesOf = (word: string): readonly string[] => ALIASES[word] ?? [];

const matchesWord = (word: string, typed: string | undefined): boolean =>
  typed !== undefined && (typed === word || aliasesOf(word).includes(typed));
