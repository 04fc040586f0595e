import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/dev/check.ts');
const run = promisify(execFile);

describe('npm run check', () => {
  it('prints its help and checks nothing', async () => {
    const { stdout, stderr } = await run(process.execPath, [script, '--help']);
    expect(stdout).toMatch(/^Usage: npm run check /);
    expect(stderr).toBe('');
  });

  it('refuses an unknown option before the first step', async () => {
    await expect(run(process.execPath, [script, '--reprot', 'x'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^Unknown option '--reprot'.*Usage: npm run check /s),
    });
  });
});
