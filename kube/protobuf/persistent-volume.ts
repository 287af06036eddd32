import type { PersistentVolume } from '../resources.ts';
import { addEntry, Fields, texts } from './message.ts';
import { metadataFrom } from './metadata.ts';

type Spec = NonNullable<PersistentVolume['spec']>;

/** A PersistentVolume's metadata, capacity and phase; the numbers are those of k8s.io/api/core/v1/generated.proto. */
export function persistentVolumeFrom(message: Buffer): PersistentVolume {
  const volume: PersistentVolume = { apiVersion: 'v1', kind: 'PersistentVolume' };
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 1) volume.metadata = metadataFrom(fields.bytes);
    else if (fields.number === 2) volume.spec = specFrom(fields.bytes);
    else if (fields.number === 3) volume.status = texts(fields.bytes, { 1: 'phase' });
  }
  return volume;
}

function specFrom(message: Buffer): Spec {
  const spec: Spec = {};
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 1) addEntry((spec.capacity ??= {}), fields.bytes, quantityOf);
  }
  return spec;
}

/** A resource.Quantity is a message with its text. */
const quantityOf = (field: Fields): string => texts(field.bytes, { 1: 'text' }).text ?? '0';
