import { describe, expect, it } from 'vitest';
import { fromRegistry, isImageReference } from '../../../../cmd/install/image.ts';

describe('an image from another registry', () => {
  it.each([
    ['ghcr.io/a/b:1', 'r.example', 'r.example/a/b:1'],
    ['ghcr.io/a/b@sha256:00', 'r.example:5000/mirror/', 'r.example:5000/mirror/a/b@sha256:00'],
    ['localhost/b', 'r.example', 'r.example/b'],
    ['a/b', 'r.example', 'r.example/a/b'],
    ['b:1.2', 'r.example', 'r.example/b:1.2'],
  ])('%s from %s is %s', (image, registry, expected) => {
    expect(fromRegistry(image, registry)).toBe(expected);
  });
});

describe('an image reference', () => {
  it.each(['a', 'a/b:1', 'r.example:5000/a/b', `a@sha256:${'0'.repeat(64)}`])('%s is one', (text) => {
    expect(isImageReference(text)).toBe(true);
  });
  it.each(['', 'https://a/b', 'a b', 'a//b', 'a/', 'a:', 'a@sha256:1'])('%j is none', (text) => {
    expect(isImageReference(text)).toBe(false);
  });
});
