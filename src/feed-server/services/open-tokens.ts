import { mkdir } from 'node:fs/promises';
import { checking, errorCode } from 'posted/node';
import { secretKey, type TokenKey } from '../auth/keys.ts';
import { loadOrCreateSecret } from '../auth/secret-file.ts';
import { createTokens, type Tokens } from '../auth/tokens.ts';
import type { Settings } from '../settings/read-settings.ts';
import { table } from '../settings/table.ts';

export interface OpenTokens {
  readonly tokens: Tokens;
  /** The key that verifies them. */
  readonly tokenKey: TokenKey;
}

/**
 * Opens what issues and verifies tokens, with a secret in the data folder unless the settings have a key.
 *
 * @throws Error that names the setting to check and says what is wrong
 */
export function openTokens(settings: Settings): Promise<OpenTokens> {
  const { dataDir, jwtKey, jwtIssuer: issuer, jwtAudience: audience, jwtLifetimeSeconds } = settings;
  return checking(table.dataDir.name, async () => {
    await makeFolder(dataDir);
    const key = jwtKey ?? secretKey(await loadOrCreateSecret(dataDir));
    const tokens = createTokens({ key, issuer, audience, lifetimeSeconds: jwtLifetimeSeconds });
    return { tokens, tokenKey: key };
  });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const message = `cannot create the folder ${path} (${errorCode(cause)}). Set a folder that the server may write to.`;
    throw new Error(message, { cause });
  }
}
