import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { programVersion } from '../cli/version.ts';
import { runChecks } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import { reportText } from '../doctor/report.ts';
import { takeSurvey } from '../doctor/take-survey.ts';
import { Failures } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';
import { printObjects, type Printable } from '../print/objects.ts';

/** `kubectl nvme doctor`: what is wrong, each with the way out. Changes nothing. */
export const doctor = clusterVerb<PrintRequest>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'Look for what is wrong with the installation, the profiles, the nodes and the autoscalers, and say how to mend\n' +
      'it. Changes nothing; a new node is tried as a dry run, which the API server does not store.\n' +
      'Exits with 1 when there is an error.',
    examples: [
      { comment: 'Look at everything', command: 'kubectl nvme doctor' },
      {
        comment: 'Only what is wrong, for a script',
        command: `kubectl nvme doctor -o jsonpath='{.items[?(@.level=="error")].message}'`,
      },
    ],
    flags: PRINT_FLAGS.filter(({ long }) => long === 'output'),
  },
  parse({ args, flags }: Invocation) {
    if (args.length > 0) throw new UsageError(`unexpected arguments: ${args.join(' ')}`);
    return printRequest(flags);
  },
  run,
});

const printable: Printable<Finding> = { columns: [], name: ({ metadata }) => `finding/${metadata.name}` };

async function run(print: PrintRequest, { kube, clock, stdout }: Context): Promise<void> {
  const found = runChecks(await takeSurvey(kube, clock.now(), programVersion()));
  stdout.write(
    print.format.kind === 'table'
      ? reportText(found)
      : await printObjects(found, printable, { ...print, single: false }),
  );
  // What is wrong has been printed; only the exit code is left to be set.
  if (found.some(({ level }) => level === 'error')) throw new Failures([]);
}
