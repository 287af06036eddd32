import { Failure } from '../errors/exit.ts';

/** The agent of a node has reported nothing that a plan could be made from. */
export const noPlan = (node: string): Failure =>
  new Failure(`there is no plan for node ${node}: its agent has not reported its drives yet`, {
    next: `See whether an agent runs there: kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
  });
