import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences } from '../replace-folder.ts';
import { complain, say } from './reporter.ts';

/**
 * Says whether a folder holds what `generate` writes, byte for byte, and names each file that differs. It changes
 * nothing. Resolves with the exit code.
 */
export async function checkFolder(
  folder: string,
  generate: (folder: string) => Promise<unknown>,
): Promise<number> {
  const fresh = await mkdtemp(join(tmpdir(), 'posted-check-'));
  try {
    await generate(fresh);
    const drift = await differences(fresh, folder);
    if (drift.length === 0) {
      say(`${folder} is what the contract gives.`);
      return 0;
    }
    complain(`${folder} is not what the contract gives:`);
    for (const { path, kind } of drift) complain(`  ${kind.padEnd('unexpected'.length)}  ${path}`);
    complain('Run the same command without --check, and commit the result.');
    return 1;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
