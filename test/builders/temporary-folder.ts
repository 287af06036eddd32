import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A new empty folder that is removed when the running test ends. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kubectl-nvme-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A new empty folder for all tests of the running `describe`, removed after the last. */
export function folderUntilEnd(): string {
  const dir = mkdtempSync(join(tmpdir(), 'kubectl-nvme-test-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
