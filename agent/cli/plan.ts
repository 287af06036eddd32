import { withDefaults } from '../../api/defaults.ts';
import { LAYOUT_TYPES, type Layout, type LayoutType } from '../../api/layout.ts';
import { PROVIDERS, type NVMeProfileSpec, type PartialDeep, type Provider } from '../../api/profile.ts';
import { takeInventory } from '../inventory/classify.ts';
import { parseSnapshot } from '../inventory/parse-snapshot.ts';
import { isRefused, planSetup } from '../plan/plan.ts';
import { planReport, planText } from './plan-report.ts';
import type { TextSink } from './snapshot.ts';

/** Options of `nvme-agent plan <layout>`, as commander gives them. */
export interface PlanOptions {
  /** `lvm`, `raid`, `filesystem`, `swap`, `block`, `spdk`. */
  layout: string;
  /** Path of the snapshot file. */
  snapshot: string;
  cloudProvider: string;
  output?: 'json' | 'text';
  vgName?: string;
  slices?: number;
  fsType?: 'ext4' | 'xfs';
  raidLevel?: 0 | 10;
  perNumaNode?: boolean;
  include?: string[];
  exclude?: string[];
  minSize?: string;
}

/** An option that cannot be used, with what would be. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * `nvme-agent plan`: prints the plan for the drives of a snapshot file, without a host or a cluster. Exit code 0 with a
 * plan, 1 when it refuses. Rejects with OptionError, SnapshotError, QuantityError or the error of reading the file.
 */
export async function runPlan(
  options: PlanOptions,
  { stdout, readFile }: { stdout: TextSink; readFile: (path: string) => Promise<string> },
): Promise<number> {
  const spec = specOf(options);
  const snapshot = parseSnapshot(await readFile(options.snapshot));
  const { provider, drives } = spec;
  const inventory = takeInventory(snapshot, { provider, drives, strict: false, volumes: [] });
  const planned = planSetup(inventory, { spec, nodeUID: '' });
  const report = planReport(inventory, planned);
  stdout.write(options.output === 'text' ? planText(report) : `${JSON.stringify(report, null, 2)}\n`);
  return isRefused(planned.plan) ? 1 : 0;
}

function specOf({ include, exclude, minSize, ...options }: PlanOptions): NVMeProfileSpec {
  const drives = {
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(minSize === undefined ? {} : { minSize }),
  };
  return withDefaults({ provider: providerOf(options.cloudProvider), drives, layout: layoutOf(options) });
}

function layoutOf(options: Omit<PlanOptions, 'include' | 'exclude' | 'minSize'>): PartialDeep<Layout> {
  const type = layoutType(options.layout);
  const { fsType, raidLevel, perNumaNode, vgName, slices } = options;
  return {
    type,
    ...(fsType === undefined ? {} : { filesystem: { type: fsType } }),
    raid: {
      ...(raidLevel === undefined ? {} : { level: raidLevel }),
      ...(perNumaNode === undefined ? {} : { perNUMANode: perNumaNode }),
    },
    lvm: { ...(vgName === undefined ? {} : { vgName }), ...(slices === undefined ? {} : { slices }) },
  };
}

function layoutType(name: string): LayoutType {
  const type = LAYOUT_TYPES.find((known) => known.toLowerCase() === name.toLowerCase());
  if (type !== undefined) return type;
  throw new OptionError(`Expected a layout of ${LAYOUT_TYPES.join(', ').toLowerCase()}, got \`${name}\``);
}

function providerOf(name: string): Provider {
  const provider = PROVIDERS.find((known) => known === name);
  if (provider !== undefined) return provider;
  throw new OptionError(`Expected --cloud-provider to be one of ${PROVIDERS.join(', ')}, got \`${name}\``);
}
