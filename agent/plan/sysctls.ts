import type { SwapLayout } from '../../api/layout.ts';
import { SWAP_SYSCTLS } from '../../api/swap.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Step } from './step.ts';

/** The steps to the wanted sysctls, and in words what cannot be set. */
export function planSysctls(
  { sysctls: now }: Pick<Inventory, 'sysctls'>,
  { sysctls }: Pick<SwapLayout, 'sysctls'>,
): { steps: Step[]; degraded?: string } {
  const wanted = Object.entries(sysctls).map(
    ([key, value]) => [key, key.replace(/^vm\./, ''), value] as const,
  );
  const problems = wanted.flatMap(([key, name, value]) => problem(key, name, value, now) ?? []);
  const steps = SWAP_SYSCTLS.flatMap((sysctl): Step[] => {
    const value = wanted.find((entry) => entry[1] === sysctl && problem(...entry, now) === undefined)?.[2];
    if (value === undefined || now?.[sysctl] === value) return [];
    return [{ kind: 'set-sysctl', name: `set vm.${sysctl} to ${value}`, sysctl, value }];
  });
  return { steps, ...(problems.length === 0 ? {} : { degraded: problems.join('; ') }) };
}

function problem(key: string, name: string, value: string, now: Inventory['sysctls']): string | undefined {
  if (!SWAP_SYSCTLS.some((known) => known === name)) {
    const known = SWAP_SYSCTLS.map((one) => `vm.${one}`).join(', ');
    return `layout.swap.sysctls: expected one of ${known}, got \`${key}\``;
  }
  if (!/^\d{1,10}$/.test(value))
    return `layout.swap.sysctls: expected ${key} to be a number, got \`${value}\``;
  return now !== undefined && !(name in now) ? `this kernel has no sysctl vm.${name}` : undefined;
}
