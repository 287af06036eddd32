/** A program of the lab and how Go builds it; each module's go.mod and go.sum pin every source it is made of. */
export interface BinaryRecipe {
  /** The folder below `lab/assets/go`. */
  module: string;
  package: string;
  version: string;
  tags?: readonly string[];
  /** String variables set at link time; without them a Kubernetes server reports v0.0.0. */
  variables?: Readonly<Record<string, string>>;
  cgo?: boolean;
}
