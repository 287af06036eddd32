import { isSubdomain } from '../names.ts';
import type { NVMeProfileSpecInput } from '../profile.ts';
import { layoutProblems } from './layout-problems.ts';
import type { ProfileProblem } from './problem.ts';
import { selectorProblems } from './selector-problems.ts';
import { taintProblems } from './taint-problems.ts';

/**
 * Everything that makes a profile impossible, whatever nodes it meets. The CRD's schema says part of it already, on API
 * servers that know its rules; here is the whole list.
 */
export function profileProblems(spec: NVMeProfileSpecInput): ProfileProblem[] {
  return [
    ...selectorProblems(spec.nodeSelector ?? {}),
    ...layoutProblems(spec.layout),
    ...driveProblems(spec),
    ...volumeProblems(spec),
    ...taintProblems(spec.taints ?? []),
  ];
}

function driveProblems({ drives, layout }: NVMeProfileSpecInput): ProfileProblem[] {
  const { include = [], exclude = [], minCount = 0 } = drives ?? {};
  const both = include.filter((pattern) => exclude.includes(pattern));
  const takesNone = exclude.some((pattern) => /^\*+$/.test(pattern));
  return [
    ...both.map((pattern) => ({
      field: 'spec.drives.include',
      message: `Expected \`${pattern}\` in include or in exclude, got it in both`,
    })),
    ...(takesNone && minCount > 0
      ? [
          {
            field: 'spec.drives.exclude',
            message: `Expected drives to be left for minCount ${minCount}, got \`*\``,
          },
        ]
      : []),
    ...(layout?.raid?.level === 10 && minCount === 1
      ? [{ field: 'spec.drives.minCount', message: 'Expected 2 or more, or 0, with RAID 10, got 1' }]
      : []),
  ];
}

function volumeProblems({ volumes, layout }: NVMeProfileSpecInput): ProfileProblem[] {
  const { storageClassName, clean } = volumes ?? {};
  const hasFiles = layout?.type !== 'Block';
  return [
    ...(storageClassName === undefined || isSubdomain(storageClassName)
      ? []
      : [
          {
            field: 'spec.volumes.storageClassName',
            message: `Expected a StorageClass's name, got \`${storageClassName}\``,
          },
        ]),
    ...(hasFiles || clean === undefined || clean === 'Discard' || clean === 'Zero'
      ? []
      : [
          {
            field: 'spec.volumes.clean',
            message: `Expected Discard or Zero: a Block volume has no files, got ${clean}`,
          },
        ]),
  ];
}
