/** Name of the Lease in the webhook's namespace. */
export const LEASE_NAME = 'nvme-webhook';
