import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from 'posted/node';
import { minSecretBytes } from './keys.ts';

const fileName = 'jwt-secret';
const maxSecretBytes = 4096;

/**
 * The secret in `<dataDir>/jwt-secret`, which the first start creates (32 random bytes in base64url).
 * Processes that start at the same time get the same secret. JWT_SECRET takes the file's content, so
 * that a second machine can accept the tokens of the first.
 *
 * @throws Error that names the file, what is wrong with it, and how to fix it
 */
export async function loadOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, fileName);
  const existing = await readSecret(path);
  if (existing !== null) return existing;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await createSecret(path);
  } catch (cause) {
    throw new Error(
      `cannot create ${path} (${errorCode(cause)}). Choose another DATA_DIR, or set JWT_SECRET.`,
      { cause },
    );
  }
  const created = await readSecret(path);
  if (created === null) throw new Error(`${path} was removed during the start. Start the server again.`);
  return created;
}

/**
 * The secret in `<dataDir>/jwt-secret`, or null without that file.
 *
 * @throws Error that names the file, what is wrong with it, and how to fix it
 */
export function loadSecret(dataDir: string): Promise<string | null> {
  return readSecret(join(dataDir, fileName));
}

/** Null if the file does not exist. */
async function readSecret(path: string): Promise<string | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return null;
    throw new Error(`cannot read ${path} (${errorCode(cause)}). Make it readable by the server's user.`, {
      cause,
    });
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is not a file. Move it away, and the server creates one.`);
    // Windows has no permission bits.
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
      throw new Error(`other users of this machine have access to ${path}. Run chmod 600 on it.`);
    }
    const secret = stats.size > maxSecretBytes ? '' : (await file.readFile('utf8')).trimEnd();
    if (Buffer.byteLength(secret) >= minSecretBytes) return secret;
    throw new Error(
      `${path} must be ${minSecretBytes} to ${maxSecretBytes} bytes long. Restore it, or delete it to get a new secret, which logs everybody out.`,
    );
  } finally {
    await file.close();
  }
}

/**
 * Writes a draft and links it, so that nobody reads half a secret. Unlike rename, link fails if another
 * process was first, so that the first secret wins.
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
