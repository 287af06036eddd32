/** What makes a profile impossible: which field, and what was expected in its place. */
export interface ProfileProblem {
  /** Path from the object's root, as `kubectl explain` takes it. */
  field: string;
  message: string;
}
