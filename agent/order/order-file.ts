import { dirname } from 'node:path';
import { orAbsent } from '../discover/reads.ts';
import type { Host } from '../host/host.ts';
import type { Order } from './order.ts';

/**
 * Host file with the last order that was begun. It is not taken away at the end: the request's ID says whose it is, and its
 * status whether it is done.
 */
export const ORDER_PATH = '/var/lib/kubectl-nvme/order.json';

/** The order on record; undefined when there is none, or nobody can read it: then nothing was given up. */
export async function readOrder(host: Pick<Host, 'readFile'>): Promise<Order | undefined> {
  const text = await orAbsent(host.readFile(ORDER_PATH), 'null');
  try {
    const value: unknown = JSON.parse(text);
    return isOrder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves once the order would survive a power cut. Use under the write lock. */
export async function writeOrder(
  host: Pick<Host, 'writeFile' | 'makeDirectory'>,
  order: Order,
): Promise<void> {
  await host.makeDirectory(dirname(ORDER_PATH));
  await host.writeFile(ORDER_PATH, `${JSON.stringify(order)}\n`);
}

function isOrder(value: unknown): value is Order {
  if (typeof value !== 'object' || value === null) return false;
  const { requestID, drives, volumes } = value as Record<keyof Order, unknown>;
  const isTextMap =
    typeof drives === 'object' &&
    drives !== null &&
    Object.values(drives).every((imprint) => typeof imprint === 'string');
  const isTextList = Array.isArray(volumes) && volumes.every((name) => typeof name === 'string');
  return typeof requestID === 'string' && isTextMap && isTextList;
}
