import { LAYOUT_TYPES, type LayoutType } from '../../api/layout.ts';
import { EXISTING_DATA, type ExistingData } from '../../api/profile.ts';
import { textOf, type Flag, type FlagValues } from '../cli/flag.ts';
import { UsageError } from '../errors/usage.ts';
import type { SetupOrder } from './order.ts';

const LAYOUT_WORDS = LAYOUT_TYPES.map((type) => type.toLowerCase());

/** Flags that say how the drives of a node should look. */
export const WISH_FLAGS: readonly Flag[] = [
  {
    long: 'profile',
    value: 'NAME',
    candidates: 'profiles',
    description: 'The NVMeProfile that says how the drives should look',
  },
  {
    long: 'layout',
    value: 'LAYOUT',
    candidates: LAYOUT_WORDS,
    description: `Another layout than the profile’s: ${LAYOUT_WORDS.join(', ')}`,
  },
  {
    long: 'existing-data',
    value: 'MODE',
    candidates: EXISTING_DATA,
    description: `What may become of drives that are not blank: ${EXISTING_DATA.join(', ')}; see docs/safety.md`,
  },
];

/** What the flags ask for, the node left open. */
export type Wish = Omit<SetupOrder, 'node' | 'planID'>;

/** Reads WISH_FLAGS; unknown words are refused before the cluster is asked. */
export function wishOf(flags: FlagValues): Wish {
  const profile = textOf(flags, 'profile');
  const layout = oneOf<LayoutType>('layout', LAYOUT_TYPES, LAYOUT_WORDS, textOf(flags, 'layout'));
  const existingData = oneOf<ExistingData>(
    'existing-data mode',
    EXISTING_DATA,
    EXISTING_DATA,
    textOf(flags, 'existing-data'),
  );
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(layout === undefined ? {} : { layout }),
    ...(existingData === undefined ? {} : { existingData }),
  };
}

/** The value that was meant, whatever its case. */
function oneOf<T extends string>(
  what: string,
  values: readonly T[],
  shown: readonly string[],
  word: string | undefined,
): T | undefined {
  if (word === undefined) return undefined;
  const value = values.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (value === undefined)
    throw new UsageError(`unknown ${what} "${word}", expected one of: ${shown.join(', ')}`);
  return value;
}

/** The order's flags as they are typed, for the commands that hints show. */
export function wishText({ profile, layout, existingData }: Wish): string {
  const flag = (long: string, value: string | undefined) =>
    value === undefined ? '' : ` --${long} ${value}`;
  return `${flag('profile', profile)}${flag('layout', layout?.toLowerCase())}${flag('existing-data', existingData)}`;
}
