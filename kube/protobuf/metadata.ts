import { addEntry, Fields, timeOf } from './message.ts';

interface Metadata {
  name?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** metav1.ObjectMeta without owners, finalizers and managed fields. */
export function metadataFrom(message: Buffer): Metadata {
  const metadata: Metadata = {};
  const fields = new Fields(message);
  while (fields.next()) {
    const { number } = fields;
    if (number === 1) metadata.name = fields.text;
    else if (number === 5) metadata.uid = fields.text;
    else if (number === 6) metadata.resourceVersion = fields.text;
    else if (number === 8) metadata.creationTimestamp = timeOf(fields.bytes);
    else if (number === 9) metadata.deletionTimestamp = timeOf(fields.bytes);
    else if (number === 11) addEntry((metadata.labels ??= {}), fields.bytes, textOf);
    else if (number === 12) addEntry((metadata.annotations ??= {}), fields.bytes, textOf);
  }
  return metadata;
}

const textOf = (field: Fields): string => field.text;
