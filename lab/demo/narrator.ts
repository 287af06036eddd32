import type { Writable } from 'node:stream';

/** One thing that the demo promised and saw, with the seconds since the demo's start. */
export interface Sighting {
  what: string;
  atSeconds: number;
  /** What proves it, in few words: a node's taint, a PV's name, a file's content. */
  evidence: string;
}

/** Tells the story line by line, and remembers what was seen for the summary. */
export interface Narrator {
  chapter(title: string): void;
  /** A line of what is going on; not evidence. */
  say(line: string): void;
  /** The output of a command that a person could have typed. */
  shows(command: string, output: string): void;
  /** Something promised was really seen. */
  saw(what: string, evidence: string): void;
  sightings(): readonly Sighting[];
}

/** A narrator that writes to a stream; `elapsed` gives seconds since the story began. */
export function createNarrator(out: Writable, elapsed: () => number): Narrator {
  const seen: Sighting[] = [];
  const stamp = (): string => `${elapsed().toFixed(1).padStart(6)} s`;
  const write = (line: string): void => void out.write(`${line}\n`);
  return {
    chapter: (title) => write(`\n${stamp()}  ${title.toUpperCase()}`),
    say: (line) => write(`${stamp()}    ${line}`),
    shows: (command, output) => write(indent(`$ ${command}\n${output.trimEnd()}`)),
    saw: (what, evidence) => {
      seen.push({ what, evidence, atSeconds: elapsed() });
      write(`${stamp()}  ✓ ${what}  (${evidence})`);
    },
    sightings: () => seen,
  };
}

const indent = (text: string): string => text.replaceAll(/^/gm, '            ');

/** The table at the end: what was seen, when, and what proves it. */
export function summary(sightings: readonly Sighting[]): string {
  const rows = [
    ['SEEN', 'AT', 'EVIDENCE'],
    ...sightings.map(({ what, atSeconds, evidence }) => [what, `${atSeconds.toFixed(1)}s`, evidence]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
