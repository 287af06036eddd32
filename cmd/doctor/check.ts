import { findings, type Finding, type Found } from './finding.ts';
import { Unread, type Survey } from './survey.ts';

/** One question about a cluster: pure, from what was read. */
export interface Check {
  name: string;
  /** Only makes sense where kubectl-nvme is installed. */
  installed?: boolean;
  run: (survey: Survey) => Found[];
}

/** The check's result; one that needs what could not be read says so. */
export function runCheck({ name, run }: Check, survey: Survey): Finding[] {
  try {
    return findings(name, run(survey));
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    const fix = 'Run it with an account that may read this.';
    return findings(name, [{ level: 'unknown', message: `not looked at: ${error.message}`, fix }]);
  }
}
