import { mkdir, readFile } from 'node:fs/promises';
import { checking, errorCode } from 'posted/node';
import type { Log } from 'posted/server';
import { fetchJwks } from '../auth/fetch-jwks.ts';
import { parsePublicJwks, parseSecretJwks } from '../auth/jwk-set.ts';
import { type KeyRing, singleKey } from '../auth/key-ring.ts';
import { secretKey, type TokenKey } from '../auth/keys.ts';
import { ReloadedKeys, type ReloadOptions } from '../auth/reloaded-keys.ts';
import { loadOrCreateSecret, loadSecret } from '../auth/secret-file.ts';
import { createTokens, type Tokens } from '../auth/tokens.ts';
import type { JwksSource } from '../settings/kinds.ts';
import type { Settings } from '../settings/read-settings.ts';
import { table } from '../settings/table.ts';

export interface OpenTokens {
  readonly tokens: Tokens;
  /** The keys that verify them. */
  readonly keys: KeyRing;
}

/** A file is small, so that it can be read often. */
const fileIntervals = { everyMs: 1000, searchEveryMs: 500 };

/** Also lets an issuer withdraw a key. */
const urlIntervals = { everyMs: 300_000, searchEveryMs: 60_000 };

/**
 * Opens what issues and verifies tokens, with a secret in the data folder unless the settings have keys. Keys that can
 * change are read again until `resources` are disposed of.
 *
 * @throws Error that names the setting to check and says what is wrong
 */
export async function openTokens(
  settings: Settings,
  log: Log,
  resources: AsyncDisposableStack,
): Promise<OpenTokens> {
  const { dataDir, jwtIssuer: issuer, jwtAudience: audience, jwtLifetimeSeconds } = settings;
  await checking(table.dataDir.name, () => makeFolder(dataDir));
  const keys = await openKeys(settings, log);
  if (keys instanceof ReloadedKeys) resources.defer(() => keys.close());
  return { tokens: createTokens({ keys, issuer, audience, lifetimeSeconds: jwtLifetimeSeconds }), keys };
}

function openKeys({ dataDir, jwtKey, jwtKeys, jwtJwks }: Settings, log: Log): Promise<KeyRing> {
  if (jwtJwks !== undefined) {
    return checking(table.jwtJwks.name, async () => openJwks(jwtJwks, jwtKey, log));
  }
  return checking(table.dataDir.name, async () => {
    if (jwtKeys === undefined) return singleKey(jwtKey ?? secretKey(await loadOrCreateSecret(dataDir)));
    const deployed = await loadSecret(dataDir);
    const load = async () => parseSecretJwks(await readKeyFile(jwtKeys));
    const unnamed = jwtKey ?? (deployed === null ? undefined : secretKey(deployed));
    return new ReloadedKeys(
      { load, source: jwtKeys, signs: true, unnamed, ...fileIntervals, log },
      await load(),
    );
  });
}

async function openJwks(from: JwksSource, unnamed: TokenKey | undefined, log: Log): Promise<ReloadedKeys> {
  const options = { signs: false, unnamed, log } satisfies Partial<ReloadOptions>;
  if ('url' in from) {
    const { url } = from;
    const load = () => fetchJwks(url);
    // Without its query, which may hold a key.
    return new ReloadedKeys({ ...options, load, source: url.origin + url.pathname, ...urlIntervals });
  }
  const { path } = from;
  const load = async () => parsePublicJwks(await readKeyFile(path));
  return new ReloadedKeys({ ...options, load, source: path, ...fileIntervals }, await load());
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read the file (${errorCode(cause)})`, { cause });
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `cannot create the folder ${path} (${errorCode(cause)}). Set a folder that the server may write to.`;
    throw new Error(message, { cause });
  }
}
