/**
 * What planning must know of a PersistentVolume, of any provisioner and phase, that may lie on this node: the caller
 * passes those whose node affinity names the node, and those without an affinity.
 */
export interface KnownVolume {
  name: string;
  phase: 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed';
  /** `spec.local.path`, `spec.hostPath.path`; absent for CSI volumes. */
  path?: string;
  /** Our annotation `kubectl-nvme.dev/volume-identity`. */
  identity?: string;
  /** Identities of the drives below (`PlannedVolume.drives`), where the publisher has noted them on the volume. */
  drives?: readonly string[];
  /** We provisioned it. */
  own?: true;
  /** `namespace/name` of the claim that it is bound to, was bound to, or is kept for. */
  claim?: string;
  /** A device handed out raw; of our own it is a whole drive, and `identity` is the drive's. */
  raw?: true;
}
