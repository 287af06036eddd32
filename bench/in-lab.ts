import type { LabContext } from '../lab/context.ts';
import { startLab, type Lab } from '../lab/lab.ts';

export interface LabBench<Figures> {
  /** As it is asked for: `npm run bench -- NAME`. */
  name: string;
  write: (text: string) => void;
  json: boolean;
  measure: (lab: Lab) => Promise<Figures>;
  report: (figures: Figures) => string;
}

/** Measures on a control plane of its own, and prints the figures for people or as one line of JSON. */
export async function benchInLab<Figures extends object>(
  ctx: LabContext,
  { name, write, json, measure, report }: LabBench<Figures>,
): Promise<void> {
  const lab = await startLab(ctx, { controlPlaneOnly: true });
  try {
    const figures = await measure(lab);
    write(json ? `${JSON.stringify({ bench: name, ...figures })}\n` : report(figures));
  } finally {
    await lab.stop();
  }
}
