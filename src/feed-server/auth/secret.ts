import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from 'posted/node';
import { minSecretBytes } from './keys.ts';

const fileName = 'jwt-secret';
const maxSecretBytes = 4096;

/**
 * The secret in `<dataDir>/jwt-secret`: created at the first start (32 random bytes, in base64url), read
 * at every later one. Processes that start together get the same secret. The text is what JWT_SECRET
 * takes: a second machine accepts the tokens of the first once it has been given the file's content.
 *
 * @throws Error that names the file, what is wrong with it, and how to fix it.
 */
export async function loadOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, fileName);
  const found = await readSecret(path);
  if (found !== null) return found;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await createSecret(path);
  } catch (cause) {
    throw new Error(
      `${path} cannot be created (${errorCode(cause)}): choose another DATA_DIR, or set JWT_SECRET.`,
      { cause },
    );
  }
  const made = await readSecret(path);
  if (made === null) throw new Error(`${path} was removed while the server started: start it again.`);
  return made;
}

/** Null where there is no such file. */
async function readSecret(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw new Error(`${path} cannot be read (${errorCode(cause)}): make it readable for this user.`, {
      cause,
    });
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is not a file: move it away, and the server creates one.`);
    // Windows has no such bits.
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
      throw new Error(`${path} is open to other users of this machine: run chmod 600 on it.`);
    }
    const secret = stats.size > maxSecretBytes ? '' : (await file.readFile('utf8')).trimEnd();
    if (Buffer.byteLength(secret) >= minSecretBytes) return secret;
    throw new Error(
      `${path} must hold from ${minSecretBytes} to ${maxSecretBytes} bytes: restore it, or remove it for a new secret, which ends every session.`,
    );
  } finally {
    await file.close();
  }
}

/**
 * Written aside and then linked, so that nobody ever reads half a secret; and link, unlike rename,
 * fails where another process was first, so that the first secret stays.
 */
async function createSecret(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeDurably(draft, randomBytes(32).toString('base64url'));
    await link(draft, path);
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
