import type { Drive } from './drive.ts';
import type { Layout } from './layout.ts';

/** One thing that set-up or reset would do, as shown to people. */
export interface PlannedStep {
  /** Short and stable, such as `make ext4 filesystem on /dev/nvme1n1`. */
  name: string;
  /** The argument array the agent runs; the first word is the program. Empty for steps without a program. */
  command: string[];
}

/** A drive that stays untouched although someone could expect otherwise. */
export interface Refusal {
  path: string;
  reason: string;
}

/** What the agent would do now. The ID is a hash of everything the plan was made from. */
export interface Plan {
  id: string;
  for: 'setup' | 'reset';
  layout: Layout;
  /** Provider that was decided, never `auto`. */
  provider: string;
  drives: Drive[];
  /** Paths the steps would use, or that already carry the wanted layout. */
  candidates: string[];
  steps: PlannedStep[];
  refusals: Refusal[];
}
