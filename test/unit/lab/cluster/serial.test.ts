import { expect, it } from 'vitest';
import { serialOf } from '../../../../lab/cluster/pki.ts';

it.each([
  ['of zeros', Buffer.alloc(16)],
  ['that begins with a zero byte', Buffer.from('00'.concat('7f'.repeat(15)), 'hex')],
  ['of ones', Buffer.alloc(16, 255)],
])('makes a minimal positive DER integer from a random number %s', (_, random) => {
  const serial = serialOf(random);
  expect(serial).toMatch(/^00[89a-f][0-9a-f]{31}$/);
});
