import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { npm } from '../scripts/installed-package.ts';
import { makeDataDir } from '../support/feed-server.ts';
import { requireService } from '../support/services.ts';

const root = join(import.meta.dirname, '../..');
const installed = mkdtempSync(join(tmpdir(), 'posted-production-'));
afterAll(() => rmSync(installed, { recursive: true, force: true }));

/** What a clone contains, without what the tests of others write meanwhile. */
const cloned = [
  'asyncapi.json',
  'generated',
  'openapi.yaml',
  'package.json',
  'package-lock.json',
  'scripts',
  'src',
];

const missing = requireService('the npm registry', await install());

async function install(): Promise<boolean> {
  for (const part of cloned) cpSync(join(root, part), join(installed, part), { recursive: true });
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1'];
  const { code } = await npm(installed, 'ci', '--omit=dev', ...quick);
  return code === 0;
}

/** Runs `npm start` with this Node.js first on the PATH, and resolves with what it prints until `text` or its end. */
async function npmStart(text: string): Promise<string> {
  const child = spawn('npm', ['start'], {
    cwd: installed,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      PORT: '0',
      DATA_DIR: await makeDataDir(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes(text)) break;
  }
  // npm runs the server as its child: the signal is for both.
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  await exited;
  return printed;
}

describe.skipIf(missing !== null)(`npm ci --omit=dev && npm start ${missing ?? ''}`, () => {
  it('installs without the tools of developers, and starts the server', async () => {
    expect(existsSync(join(installed, 'node_modules/vitest'))).toBe(false);
    expect(await npmStart('Posted serves REST on http')).toContain('Posted serves REST on http');
  });

  it('refuses an older Node.js with one line', async () => {
    const pretend = join(installed, 'old-node.cjs');
    writeFileSync(
      pretend,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });\n" +
        "Object.defineProperty(process, 'version', { value: 'v20.20.2' });\n",
    );
    const start = [
      '--require',
      pretend,
      '--require',
      './src/feed-server/require-node.cjs',
      'src/feed-server/main.ts',
    ];
    const refused = await promisify(execFile)(process.execPath, start, { cwd: installed }).catch(
      (error: { stdout: string; stderr: string; code: number }) => error,
    );
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Posted needs Node\.js 24 or later, and this is v20\.20\.2\. [^\n]+\n$/),
    });
  });
});
