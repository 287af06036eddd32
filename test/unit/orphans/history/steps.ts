import fc from 'fast-check';

const KINDS = [
  'delete-node',
  'register-node',
  'report-with-volume',
  'report-without-volume',
  'report-unreadable',
  'remake-claim',
  'pod-on-node',
  'bare-pod',
  'set-retain',
  'approve',
] as const;

/** What happens to one of two machines, or to all: `wait` and `clock-back` in minutes. */
export type Step =
  | { kind: (typeof KINDS)[number]; machine: 0 | 1 }
  | { kind: 'wait' | 'clock-back'; minutes: number }
  /** The circuit breaker stops clean-up, or lets it go; another leader comes without a record. */
  | { kind: 'stop' | 'go-on' | 'forget-memory' };

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.nat(7) }) },
  fc.record({ kind: fc.constant('clock-back' as const), minutes: fc.nat(20) }),
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(...KINDS),
      machine: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  fc.record({ kind: fc.constantFrom('stop' as const, 'go-on' as const, 'forget-memory' as const) }),
);
