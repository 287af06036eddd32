/** The host's loopback as guests see it through QEMU's user network. */
export const HOST_FROM_GUEST = '10.0.2.2';
/** The cluster IP of the `kubernetes` service, the first of `SERVICE_CIDR`. */
export const KUBERNETES_SERVICE_IP = '10.96.0.1';
/** The range of cluster IPs. */
export const SERVICE_CIDR = '10.96.0.0/16';
