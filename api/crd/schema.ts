/**
 * OpenAPI v3 structural schemas that cannot drift from the TypeScript types: `Schema<T>` has a property for every
 * field of T and for no other, so a field added on one side only does not compile.
 */
export type Schema<T> = [T] extends [readonly (infer U)[]]
  ? ArraySchema<U>
  : [T] extends [string]
    ? StringSchema<T>
    : [T] extends [number]
      ? NumberSchema
      : [T] extends [boolean]
        ? { type: 'boolean'; description?: string }
        : [T] extends [object]
          ? string extends keyof T
            ? MapSchema<T[keyof T]>
            : ObjectSchema<T>
          : never;

interface Described {
  description?: string;
}

/** A CEL rule with the message that a person sees (Kubernetes docs, "CRD validation rules"). */
export interface CelRule {
  rule: string;
  message: string;
}

export interface StringSchema<T extends string> extends Described {
  type: 'string';
  'x-kubernetes-validations'?: readonly CelRule[];
  enum?: readonly T[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  format?: 'date-time';
}

export interface NumberSchema extends Described {
  type: 'integer' | 'number';
  format?: 'int32' | 'int64';
  enum?: readonly number[];
  minimum?: number;
  maximum?: number;
}

export interface ArraySchema<U> extends Described {
  type: 'array';
  items: Schema<U>;
  maxItems?: number;
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: readonly CelRule[];
}

export interface MapSchema<V> extends Described {
  type: 'object';
  additionalProperties: Schema<V>;
  maxProperties?: number;
}

export interface ObjectSchema<T> extends Described {
  type: 'object';
  properties: { [K in keyof T]-?: Schema<NonNullable<T[K]>> | OpaqueSchema };
  required?: readonly Extract<keyof T, string>[];
  'x-kubernetes-validations'?: readonly CelRule[];
}

/** A subtree that the API server keeps as it comes: only for documents that have a version of their own. */
export interface OpaqueSchema extends Described {
  type: 'object';
  'x-kubernetes-preserve-unknown-fields': true;
}
