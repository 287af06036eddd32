import { withDefaults } from '../defaults.ts';
import type { NVMeProfile, NVMeProfileSpec } from '../profile.ts';
import { publishesVolumes } from '../publishes-volumes.ts';
import { selectorsOverlap } from '../selector.ts';

/** What is possible and yet perhaps not meant, in words for `kubectl apply`. */
export function profileWarnings(profile: NVMeProfile, others: Iterable<NVMeProfile>): string[] {
  const spec = withDefaults(profile.spec);
  const { matchLabels = {}, matchExpressions = [] } = spec.nodeSelector;
  const matchesAll = Object.keys(matchLabels).length + matchExpressions.length === 0;
  return [
    ...(matchesAll ? ['spec.nodeSelector is empty: the profile matches every node'] : []),
    ...wipeWarning(spec),
    ...patternWarnings(spec),
    ...(profile.spec?.volumes !== undefined && !publishesVolumes(spec)
      ? [`spec.volumes has no effect: layout ${spec.layout.type} publishes no PersistentVolumes`]
      : []),
    ...overlapWarnings(profile, spec, others),
  ];
}

const wipeWarning = ({ existingData, setup }: NVMeProfileSpec): string[] =>
  existingData === 'Wipe' && setup === 'Automatic'
    ? [
        'spec.existingData is Wipe: filesystems that hold nothing but lost+found are formatted on every matching node',
      ]
    : [];

/** Patterns are globs; a regular expression in one would match no drive, and nobody would see why. */
function patternWarnings({ drives }: NVMeProfileSpec): string[] {
  const odd = [...drives.include, ...drives.exclude].filter((pattern) =>
    /^\^|\$$|\.\*|\\[dw]|\(.*\|/.test(pattern),
  );
  return odd.map(
    (pattern) => `\`${pattern}\` looks like a regular expression: spec.drives has globs, where * is any text`,
  );
}

/** At equal priority the name decides, which is rarely what a person had in mind. */
function overlapWarnings(
  { metadata: { name = '' } }: NVMeProfile,
  { priority, nodeSelector }: NVMeProfileSpec,
  others: Iterable<NVMeProfile>,
): string[] {
  return [...others].flatMap((other) => {
    const [otherName = '', spec] = [other.metadata.name, withDefaults(other.spec)];
    if (otherName === name || spec.priority !== priority) return [];
    if (!selectorsOverlap(spec.nodeSelector, nodeSelector)) return [];
    const winner = name < otherName ? name : otherName;
    return [
      `NVMeProfile ${otherName} may match the same nodes at priority ${priority} too: ${winner} wins there, by its name; give one of them another priority`,
    ];
  });
}
