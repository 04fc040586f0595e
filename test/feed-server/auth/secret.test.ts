import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { loadOrCreateSecret } from '../../../src/feed-server/auth/secret.ts';

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
  it('makes a secret that tokens can be signed with', async () => {
    const secret = await loadOrCreateSecret(dataDir);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(secretKey(secret).algorithm).toBe('HS256');
  });

  it('makes another secret in another folder', async () => {
    expect(await loadOrCreateSecret(dataDir)).not.toBe(await loadOrCreateSecret(join(folder, 'other')));
  });

  it('keeps it from other users, and leaves nothing else', async () => {
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

  it('reads a secret that a person has put there, without the line break of their editor', async () => {
    await put('a secret that was written with an editor\r\n');
    expect(await loadOrCreateSecret(dataDir)).toBe('a secret that was written with an editor');
  });
});

describe('processes that start together', () => {
  it('get the same secret', async () => {
    const module = new URL('../../../src/feed-server/auth/secret.ts', import.meta.url).href;
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

describe('a secret file that cannot be trusted', () => {
  it.each([
    ['31 bytes', 'x'.repeat(31)],
    ['nothing', ''],
    ['blanks alone', ' '.repeat(64)],
    ['4,097 bytes', 'x'.repeat(4097)],
  ])('stops the start: %s', async (_, content) => {
    await put(content);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(
        `${path} must hold from 32 to 4096 bytes: restore it, or remove it for a new secret, which ends every session.`,
      ),
    );
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it.each([0o644, 0o640, 0o602])('stops the start: mode %o', async (mode) => {
    await put('x'.repeat(43));
    await chmod(path, mode);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`${path} is open to other users of this machine: run chmod 600 on it.`),
    );
  });

  it('stops the start: a folder in its place', async () => {
    await mkdir(path, { recursive: true });
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`${path} is not a file: move it away, and the server creates one.`),
    );
  });

  it('stops the start: a link to itself', async () => {
    await mkdir(dataDir, { recursive: true });
    await symlink(path, path);
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(
      new Error(`${path} cannot be read (ELOOP): make it readable for this user.`),
    );
  });

  it('stops the start: a data folder that is a file', async () => {
    await writeFile(join(folder, 'new'), '');
    await expect(loadOrCreateSecret(dataDir)).rejects.toThrow(/cannot be (?:read|made) \(ENOTDIR\)/);
  });
});

async function put(content: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  return child.exitCode ?? (await once(child, 'exit'))[0];
}
