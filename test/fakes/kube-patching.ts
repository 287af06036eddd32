import { isDeepStrictEqual } from 'node:util';
import type { JsonPatchOperation } from '../../kube/patches.ts';

/** Why a JSON patch cannot be applied; the API server answers 422 for all of them. */
export class PatchFailure extends Error {}

type Json = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  isContainer(value) && !Array.isArray(value);

function segments(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchFailure(`path "${path}" does not begin with a slash`);
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(container: Json, key: string): unknown {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  return container[arrayIndex(key, container.length - 1)];
}

function arrayIndex(key: string, max: number): number {
  if (!/^\d+$/.test(key) || Number(key) > max) throw new PatchFailure(`index "${key}" is out of bounds`);
  return Number(key);
}

function parentOf(document: Json, path: string): { parent: Json; key: string } {
  const parts = segments(path);
  const key = parts.pop();
  if (key === undefined) throw new PatchFailure('the whole document cannot be patched');
  let parent: unknown = document;
  for (const part of parts) {
    parent = isContainer(parent) ? child(parent, part) : undefined;
    if (!isContainer(parent)) throw new PatchFailure(`path "${path}" does not exist`);
  }
  return { parent: parent as Json, key };
}

function applyOperation(document: Json, operation: JsonPatchOperation): void {
  const { parent, key } = parentOf(document, operation.path);
  if (operation.op === 'test') {
    const actual = child(parent, key);
    if (!isDeepStrictEqual(actual ?? null, operation.value ?? null)) {
      throw new PatchFailure(`testing value ${operation.path} failed`);
    }
  } else if (operation.op === 'add') {
    add(parent, key, operation.value);
  } else if (operation.op === 'replace') {
    set(parent, key, operation.value);
  } else {
    if (child(parent, key) === undefined) throw new PatchFailure(`path "${operation.path}" does not exist`);
    remove(parent, key);
  }
}

function add(parent: Json, key: string, value: unknown): void {
  if (!Array.isArray(parent)) parent[key] = structuredClone(value);
  else if (key === '-') parent.push(structuredClone(value));
  else parent.splice(arrayIndex(key, parent.length), 0, structuredClone(value));
}

function set(parent: Json, key: string, value: unknown): void {
  if (Array.isArray(parent)) parent[arrayIndex(key, parent.length - 1)] = structuredClone(value);
  else parent[key] = structuredClone(value);
}

function remove(parent: Json, key: string): void {
  if (Array.isArray(parent)) parent.splice(arrayIndex(key, parent.length - 1), 1);
  else Reflect.deleteProperty(parent, key);
}

/**
 * RFC 6902 on a copy, with the API server's liberties: a test for null holds for what is absent, and a replace of an
 * absent member adds it. Throws a PatchFailure.
 */
export function applyJsonPatch<T extends object>(document: T, operations: JsonPatchOperation[]): T {
  const copy = structuredClone(document);
  for (const operation of operations) applyOperation(copy as Json, operation);
  return copy;
}

/** RFC 7386 on a copy: null deletes, arrays are replaced. */
export function applyMergePatch<T extends object>(document: T, patch: object): T {
  return merge(document, patch) as T;
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return structuredClone(patch);
  const result: Record<string, unknown> = isRecord(target) ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = merge(result[key], value);
  }
  return result;
}
