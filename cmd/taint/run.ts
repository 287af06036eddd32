import { editNode } from '../../kube/edit-node.ts';
import { nvmeProfiles, type Node } from '../../kube/resources.ts';
import type { NodeEdit } from '../../kube/taints.ts';
import { timestamp } from '../../kube/timestamp.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import type { Context } from '../cli/verb.ts';
import { Failures } from '../errors/exit.ts';
import { installed } from '../read/installed.ts';
import { selectedNodes } from '../read/selected-nodes.ts';
import { taint, untaint } from './decide.ts';
import { whoAmI } from './who-am-i.ts';

/** A parsed `taint`. */
export interface TaintOp {
  nodes: NodeSelection;
  remove: boolean;
  why: string;
}

/** Edits node after node; one that fails does not stop the others. */
export async function runTaint(op: TaintOp, context: Context): Promise<void> {
  const { kube, clock, stdout } = context;
  const names = await selectedNodes(kube, op.nodes);
  const profiles = (await installed(kube.listAll(nvmeProfiles), nvmeProfiles)).items;
  const note = { by: op.remove ? await whoAmI(kube) : '', why: op.why, at: timestamp(clock.now()) };
  const decide = (node: Node) => (op.remove ? untaint(node, profiles, note) : taint(node, profiles));
  const errors: unknown[] = [];
  for (const name of names) {
    try {
      let edit: NodeEdit = {};
      const changed = await editNode(kube, name, (node) => (edit = decide(node)));
      stdout.write(`node/${name} ${changed ? resultText(edit, op.remove) : 'unchanged'}\n`);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new Failures(errors);
}

function resultText({ addTaints = [] }: NodeEdit, removed: boolean): string {
  if (removed) return 'untainted and paused';
  return addTaints.length > 0 ? 'tainted' : 'no longer paused';
}
