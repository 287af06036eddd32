import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayUuid,
  deriveUuid,
  driveFilesystemUuid,
  lvmNotation,
  mdNotation,
  physicalVolumeUuid,
  plainUuid,
  volumeGroupUuid,
} from '../../../../agent/plan/identity.ts';

const texts = fc.string();

test('a derived UUID is a version 5 UUID of the RFC variant', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(deriveUuid(text)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }),
  );
});

test('the same facts give the same UUID in every version of the program', () => {
  // Computed with another program's UUIDv5. A change here would make every volume out there foreign.
  expect(driveFilesystemUuid('m', 'nvme-x_1#1')).toBe('721c6bbb-79dc-583f-b0d9-2b35d414fa02');
  expect(arrayUuid('m', 'raid0', ['a#1', 'b#1'])).toBe('e0edf053-803e-577d-93cc-b66667931093');
  expect(volumeGroupUuid('m', 'vg', ['a#1'])).toBe('f4470616-5e7a-5cc7-881d-11266264b05f');
  expect(physicalVolumeUuid('m', 'a#1')).toBe('35012cd3-0336-5856-b690-8ed524fe9704');
});

test('the order of drives does not count, and their set does', () => {
  expect(arrayUuid('m', 'raid0', ['a', 'b'])).toBe(arrayUuid('m', 'raid0', ['b', 'a']));
  const others = [
    arrayUuid('m', 'raid0', ['a']),
    arrayUuid('m', 'raid10', ['a', 'b']),
    arrayUuid('n', 'raid0', ['a', 'b']),
    arrayUuid('m', 'raid0', ['a","b']),
    arrayUuid('m', 'raid0', ['a', 'b']),
  ];
  expect(new Set(others).size).toBe(others.length);
});

test('md and LVM write a UUID in their own way, and it is read back', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const uuid = deriveUuid(text);
      expect(mdNotation(uuid)).toMatch(/^[0-9a-f]{8}(?::[0-9a-f]{8}){3}$/);
      expect(lvmNotation(uuid)).toMatch(/^[0-9a-f]{6}(?:-[0-9a-f]{4}){5}-[0-9a-f]{6}$/);
      expect([plainUuid(mdNotation(uuid)), plainUuid(lvmNotation(uuid))]).toEqual([uuid, uuid]);
    }),
  );
});

test('what is no UUID is none', () => {
  expect([plainUuid(undefined), plainUuid(''), plainUuid('D8E1-9B3F')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
