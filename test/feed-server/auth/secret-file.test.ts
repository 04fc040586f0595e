import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { loadOrCreateSecret } from '../../../src/feed-server/auth/secret-file.ts';

let folder: string;
let dataDir: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posted-secret-'));
  dataDir = join(folder, 'new', 'data');
  path = join(dataDir, 'jwt-secret');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the first start', () => {
  it('creates a secret that can sign tokens', async () => {
    const secret = await loadOrCreateSecret(dataDir);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(secretKey(secret).algorithm).toBe('HS256');
  });

  it('creates a different secret in a different folder', async () => {
    expect(await loadOrCreateSecret(dataDir)).not.toBe(await loadOrCreateSecret(join(folder, 'other')));
  });

  it('makes the secret unreadable for other users, and leaves no other file', async () => {
    await loadOrCreateSecret(dataDir);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await readdir(dataDir)).toEqual(['jwt-secret']);
  });
});

describe('a later start', () => {
  it('reads the same secret', async () => {
    expect(await loadOrCreateSecret(dataDir)).toBe(await loadOrCreateSecret(dataDir));
  });

  it('reads a secret that was written by hand, without the final line break', async () => {
    await writeSecret('a secret that was written with an editor\r\n');
    expect(await loadOrCreateSecret(dataDir)).toBe('a secret that was written with an editor');
  });
});

describe('processes that start at the same time', () => {
  it('get the same secret', async () => {
    const module = new URL('../../../src/feed-server/auth/secret-file.ts', import.meta.url).href;
    const script = `
      const { loadOrCreateSecret } = await import(${JSON.stringify(module)});
      process.stderr.write('ready');
      for await (const _ of process.stdin);
      process.stdout.write(await loadOrCreateSecret(${JSON.stringify(dataDir)}));`;
    const processes = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' }),
    );
    const secrets = processes.map((child) => text(child.stdout));
    await Promise.all(processes.map((child) => once(child.stderr, 'data')));
    for (const child of processes) child.stdin.end();
    expect(await Promise.all(processes.map(exitCode))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(new Set(await Promise.all(secrets))).toEqual(new Set([await readFile(path, 'utf8')]));
    expect(await readdir(dataDir)).toEqual(['jwt-secret']);
  });
});

describe('an unusable secret file', () => {
  it.each([
    ['31 bytes', 'x'.repeat(31)],
    ['empty', ''],
    ['only spaces', ' '.repeat(64)],
    ['4,097 bytes', 'x'.repeat(4097)],
  ])('fails the start: %s', async (_, content) => {
    await writeSecret(content);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(
        `${path} must be 32 to 4096 bytes long. Restore it, or delete it to get a new secret, which logs everybody out.`,
      ),
    );
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it.each([0o644, 0o640, 0o602])('fails the start: mode %o', async (mode) => {
    await writeSecret('x'.repeat(43));
    await chmod(path, mode);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`other users of this machine have access to ${path}. Run chmod 600 on it.`),
    );
  });

  it('fails the start: a folder of that name', async () => {
    await mkdir(path, { recursive: true });
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`${path} is not a file. Move it away, and the server creates one.`),
    );
  });

  it('fails the start: a link to itself', async () => {
    await mkdir(dataDir, { recursive: true });
    await symlink(path, path);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`cannot read ${path} (ELOOP). Make it readable by the server's user.`),
    );
  });

  it('fails the start: a data folder that is a file', async () => {
    await writeFile(join(folder, 'new'), '');
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(/cannot (?:read|create) .* \(ENOTDIR\)/);
  });
});

async function writeSecret(content: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  return child.exitCode ?? (await once(child, 'exit'))[0];
}
