import { testLabContext } from '../builders/lab-context.ts';

/** Each file of the nodes ring starts the lab it needs; nothing is shared but the asset cache. */
export default function setup(): void {
  testLabContext().progress('nodes ring: QEMU machines, one lab at a time');
}
