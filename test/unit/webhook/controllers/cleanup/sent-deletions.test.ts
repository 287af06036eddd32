import { expect, it } from 'vitest';
import type { DeleteAction } from '../../../../../orphans/decide.ts';
import { ownVolume } from '../../../../../orphans/volume.ts';
import { SentDeletions } from '../../../../../webhook/controllers/cleanup/sent-deletions.ts';
import { boundClaim, publishedVolume } from '../../../../builders/orphans.ts';
import { SteppedClock } from '../../../../fakes/clock.ts';

it('remembers for half a minute which object was asked to be deleted, and no other of its volume', async () => {
  const clock = new SteppedClock();
  const sent = new SentDeletions(clock);
  const volume = ownVolume(publishedVolume()) ?? expect.fail('no volume');
  const why = { volume, evidence: { kind: 'absent' as const }, reason: 'gone' };
  const claim: DeleteAction = { kind: 'delete-claim', claim: boundClaim(), ...why };
  sent.add(claim);
  expect(sent.has(claim)).toBe(true);
  expect(sent.has({ kind: 'delete-volume', ...why })).toBe(false);
  await clock.advance(30_000);
  expect(sent.has(claim)).toBe(false);
});
