import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('works with node:test, and leaves nothing that keeps the process alive', async () => {
  const file = join(import.meta.dirname, 'auction/auction.node.ts');
  // A process that does not end by itself is killed, which rejects.
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
  expect(stdout).toContain('pass 1');
});
