/** After it the wrapped program is killed when it does not end on SIGTERM. */
const KILL_AFTER_S = 10;

/** Longer than our own time limit, so that ours decides while we live. */
const SLACK_S = 10;

/**
 * The command below timeout(1), which keeps the inherited lock for as long as the command runs. LVM closes every
 * descriptor that it does not know right at its start (seen in 2.03.16 with strace), so that on its own a vgcreate
 * orphaned by a killed agent would run on without the lock. The limit also ends what hangs after we are gone.
 */
export function keepingLock(command: readonly string[], timeoutMs?: number): string[] {
  const limit = timeoutMs === undefined ? 0 : Math.ceil(timeoutMs / 1000) + SLACK_S;
  return ['timeout', `--kill-after=${KILL_AFTER_S}`, String(limit), ...command];
}
