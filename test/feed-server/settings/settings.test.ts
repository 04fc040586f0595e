import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/feed-server/settings/command-line.ts';
import {
  readSettings,
  SettingsError,
  type SettingsSources,
} from '../../../src/feed-server/settings/read-settings.ts';
import { ecPair } from '../auth/forge.ts';

const secret = 'a secret of forty bytes, made for a test';
const { pem, privateKey } = ecPair('P-256');

function mistakesOf(sources: SettingsSources): readonly string[] {
  try {
    readSettings(sources);
  } catch (thrown) {
    if (thrown instanceof SettingsError) return thrown.mistakes;
    throw thrown;
  }
  return [];
}

describe('settings', () => {
  it.each([
    ['NODE_ENV', 'test', { production: false }],
    ['HOST', '::1', { host: '::1' }],
    ['HOST', 'feed.example.com', { host: 'feed.example.com' }],
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['DATA_DIR', '/var/lib/posted data', { dataDir: '/var/lib/posted data' }],
    ['FEED_AUDIENCE', 'friends', { feedAudience: 'friends' }],
    ['JWT_SECRET', secret, { jwtKey: { algorithm: 'HS256' } }],
    ['JWT_PUBLIC_KEY', pem, { jwtKey: { algorithm: 'ES256' } }],
    ['JWT_PUBLIC_KEY', pem.replaceAll('\n', '\\n'), { jwtKey: { algorithm: 'ES256' } }],
    ['JWT_JWKS', 'https://issuer.example/jwks', { jwtJwks: { url: new URL('https://issuer.example/jwks') } }],
    ['JWT_JWKS', 'http://127.0.0.1:81/jwks', { jwtJwks: { url: new URL('http://127.0.0.1:81/jwks') } }],
    ['JWT_JWKS', 'http://[::1]/jwks', { jwtJwks: { url: new URL('http://[::1]/jwks') } }],
    ['JWT_ISSUER', 'https://issuer.example', { jwtIssuer: 'https://issuer.example' }],
    ['JWT_AUDIENCE', 'posted', { jwtAudience: 'posted' }],
    ['JWT_LIFETIME_SECONDS', '1', { jwtLifetimeSeconds: 1 }],
    ['ALLOWED_ORIGINS', '*', { allowedOrigins: { kind: 'any' } }],
    ['TRUST_PROXY', 'loopback, 10.0.0.0/8', { trustProxy: ['loopback', '10.0.0.0/8'] }],
    ['TRUST_PROXY_HEADERS', 'forwarded', { trustProxyHeaders: 'forwarded' }],
    ['METRICS_PORT', 'off', { metricsPort: 'off' }],
    ['METRICS_PORT', '9090', { metricsPort: 9090 }],
    ['ALLOWED_ORIGINS', 'same-origin', { allowedOrigins: { kind: 'same-origin' } }],
    [
      'ALLOWED_ORIGINS',
      'https://a.example',
      { allowedOrigins: { kind: 'list', origins: ['https://a.example'] } },
    ],
    [
      'ALLOWED_ORIGINS',
      'https://a.example, http://[::1]:3000,https://a.example',
      { allowedOrigins: { kind: 'list', origins: ['https://a.example', 'http://[::1]:3000'] } },
    ],
    [
      'ALLOWED_ORIGINS',
      'capacitor://localhost',
      { allowedOrigins: { kind: 'list', origins: ['capacitor://localhost'] } },
    ],
    ['MAX_CONNECTIONS', '10', { maxConnections: 10 }],
    ['MAX_CONNECTIONS_PER_USER', '2', { maxConnectionsPerUser: 2 }],
    ['MAX_BODY_BYTES', '1024', { maxBodyBytes: 1024 }],
    ['MAX_MESSAGE_BYTES', '2048', { maxMessageBytes: 2048 }],
    ['MAX_MESSAGE_FRAGMENTS', '1', { maxMessageFragments: 1 }],
    ['HANDSHAKE_TIMEOUT_MS', '100', { handshakeTimeoutMs: 100 }],
    ['PING_INTERVAL_MS', '200', { pingIntervalMs: 200 }],
    ['SHUTDOWN_DRAIN_MS', '5000', { shutdownDrainMs: 5000 }],
    ['SHUTDOWN_TIMEOUT_MS', '0', { shutdownTimeoutMs: 0 }],
    ['LOG_STALE_MS', '1000', { logStaleMs: 1000 }],
    ['LOG_GIVE_UP_MS', '15000', { logGiveUpMs: 15_000 }],
    ['ACCEPT_SETTINGS', 'true', { acceptSettings: true }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['PORT', '', { port: 8080 }],
    ['JWT_SECRET', '', { jwtKey: undefined }],
    ['PROT', '80', { port: 8080 }],
  ])('are read from the environment: %s (case %#)', (name, value, expected) => {
    expect(readSettings({ env: { [name]: value } })).toMatchObject(expected);
  });

  it('are frozen', () => {
    const settings = readSettings({ env: { ALLOWED_ORIGINS: 'https://a.example', JWT_SECRET: secret } });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.allowedOrigins)).toBe(true);
    expect(settings.allowedOrigins.kind === 'list' && Object.isFrozen(settings.allowedOrigins.origins)).toBe(
      true,
    );
    expect(Object.isFrozen(settings.jwtKey)).toBe(true);
  });

  it('do not reveal the secret when printed', () => {
    const settings = readSettings({ env: { JWT_SECRET: secret } });
    expect(`${inspect(settings, { depth: 9, showHidden: true })}${JSON.stringify(settings)}`).not.toContain(
      secret,
    );
  });
});

const port = 'an integer from 0 to 65535 (0: any free port, which is printed)';
const origins =
  'a comma-separated list of origins such as https://example.com, same-origin, or * (any origin)';
const key = 'a PEM public key, RSA (at least 2048 bits) or P-256, or the path of its file';
const keysFile =
  'the path of a JWK Set with secrets of at least 32 bytes: {"keys":[{"kty":"oct","kid":"…","k":"…"}]}';
const jwks =
  'the https URL of a JWK Set with public keys, RSA (at least 2048 bits) or P-256, or the path of its file; http only to this machine';
const flags = '--config FILE, --workers N, --accept-settings, --help, --version';

describe('a mistake in the environment', () => {
  it.each([
    ['NODE_ENV', 'prodution', '"prodution" is not allowed. Allowed: production, development, test.'],
    ['HOST', 'not a host', '"not a host" is not allowed. Allowed: an IP address or a host name.'],
    ['HOST', 'http://localhost', '"http://localhost" is not allowed. Allowed: an IP address or a host name.'],
    ['PORT', '65536', `"65536" is not allowed. Allowed: ${port}.`],
    ['PORT', '-1', `"-1" is not allowed. Allowed: ${port}.`],
    ['PORT', '80.5', `"80.5" is not allowed. Allowed: ${port}.`],
    ['PORT', '0x50', `"0x50" is not allowed. Allowed: ${port}.`],
    ['PORT', ' 80', `" 80" is not allowed. Allowed: ${port}.`],
    ['PORT', '9'.repeat(1000), `"${'9'.repeat(64)}…" is not allowed. Allowed: ${port}.`],
    ['DATA_DIR', 'a\0b', '"a\\u0000b" is not allowed. Allowed: any text.'],
    ['FEED_AUDIENCE', 'Friends', '"Friends" is not allowed. Allowed: everyone, friends.'],
    [
      'DATABASE_URL',
      'mysql://posted:hunter2@db/posted',
      'the URL must start with postgres:// or postgresql://. Allowed: a URL such as postgres://user:password@host:5432/database, with reserved characters of the password percent-encoded.',
    ],
    [
      'BROKER_URL',
      'redis://:hunter2@broker',
      'DATABASE_URL is not set, but a broker needs it: only one server can use the embedded store. Set both or neither.',
    ],
    [
      'DATABASE_DIRECT_URL',
      'postgres://posted:hunter2@db/posted',
      'DATABASE_URL is not set. Set both, or only DATABASE_URL.',
    ],
    ['LOG_GIVE_UP_MS', '14999', 'it is less than LOG_STALE_MS. Set it to the same or more.'],
    ['ACCEPT_SETTINGS', 'yes', '"yes" is not allowed. Allowed: true, false.'],
    ['JWT_SECRET', 'hunter2', 'the secret has only 7 bytes. Allowed: text of at least 32 bytes.'],
    ['JWT_SECRET', pem, 'must not be a PEM key. Allowed: text of at least 32 bytes.'],
    ['JWT_PUBLIC_KEY', '/hunter2.pem', `cannot read the file (ENOENT). Allowed: ${key}.`],
    [
      'JWT_PUBLIC_KEY',
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      `the PEM contains a private key, which only the issuer may have. Allowed: ${key}.`,
    ],
    ['JWT_PUBLIC_KEY', ecPair('P-384').pem, `unsupported key type secp384r1. Allowed: ${key}.`],
    ['JWT_KEYS', '/hunter2.json', `cannot read the file (ENOENT). Allowed: ${keysFile}.`],
    ['JWT_JWKS', '/hunter2.json', `cannot read the file (ENOENT). Allowed: ${jwks}.`],
    ['JWT_JWKS', 'http://issuer.example/jwks', `the URL must start with https://. Allowed: ${jwks}.`],
    ['JWT_JWKS', 'http://127.0.0.1.example/jwks', `the URL must start with https://. Allowed: ${jwks}.`],
    ['JWT_JWKS', 'https://user:hunter2@issuer.example', `this is not a valid URL. Allowed: ${jwks}.`],
    ['JWT_LIFETIME_SECONDS', '0', '"0" is not allowed. Allowed: an integer from 1 to 31536000.'],
    ['ALLOWED_ORIGINS', 'example.com', `"example.com" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'https://a.example/', `"https://a.example/" is not allowed. Allowed: ${origins}.`],
    [
      'ALLOWED_ORIGINS',
      'https://a.example:443',
      `"https://a.example:443" is not allowed. Allowed: ${origins}.`,
    ],
    ['ALLOWED_ORIGINS', 'https://A.example', `"https://A.example" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'https://a.example,*', `"*" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'https://a.example,', `"" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'ws://a.example', `"ws://a.example" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'localhost:3000', `"localhost:3000" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'null', `"null" is not allowed. Allowed: ${origins}.`],
    ['ALLOWED_ORIGINS', 'file:///tmp', `"file:///tmp" is not allowed. Allowed: ${origins}.`],
    [
      'MAX_CONNECTIONS',
      'many',
      '"many" is not allowed. Allowed: an integer from 0 to 10000000 (0: no limit).',
    ],
    ['MAX_BODY_BYTES', '1023', '"1023" is not allowed. Allowed: an integer from 1024 to 16777216.'],
    ['PING_INTERVAL_MS', '1e9', '"1e9" is not allowed. Allowed: an integer from 1 to 3600000.'],
    ['LOG_LEVEL', 'trace', '"trace" is not allowed. Allowed: debug, info, warn, error, silent.'],
  ])('is reported: %s (case %#)', (name, value, mistake) => {
    expect(mistakesOf({ env: { [name]: value } })).toEqual([`${name}: ${mistake}`]);
  });

  it('is reported without secrets', () => {
    const env = {
      JWT_SECRET: 'hunter2',
      JWT_PUBLIC_KEY: 'hunter2',
      DATABASE_URL: 'mysql://posted:hunter2@db',
      BROKER_URL: 'mqtt://:hunter2@broker',
    };
    expect(mistakesOf({ env })).toHaveLength(5);
    expect(mistakesOf({ env }).join()).not.toContain('hunter2');
  });

  it('is reported if both a secret and a public key are set', () => {
    expect(mistakesOf({ env: { JWT_SECRET: secret, JWT_JWKS: 'https://issuer.example/jwks' } })).toEqual([
      'JWT_SECRET and JWT_JWKS: both are set. Set at most one of them.',
    ]);
    expect(mistakesOf({ env: { JWT_SECRET: secret, JWT_PUBLIC_KEY: pem } })).toEqual([
      'JWT_SECRET and JWT_PUBLIC_KEY: both are set. Set at most one of them.',
    ]);
  });

  it('is reported together with all others', () => {
    const sources = { env: { PORT: 'http', LOG_LEVEL: 'loud' }, argv: ['--port', '80'] };
    expect(mistakesOf(sources)).toEqual([
      `Unknown command-line option: "--port". Allowed: ${flags}.`,
      `Unknown command-line option: argument 2. Allowed: ${flags}.`,
      `PORT: "http" is not allowed. Allowed: ${port}.`,
      'LOG_LEVEL: "loud" is not allowed. Allowed: debug, info, warn, error, silent.',
    ]);
    expect(() => readSettings(sources)).toThrow(new SettingsError(mistakesOf(sources)));
  });
});

describe('the command line', () => {
  it.each([
    [[], 'start', undefined],
    [['--help'], 'help', undefined],
    [['--version'], 'version', undefined],
    [['--config', 'a.json'], 'start', 'a.json'],
    [['--config=a.json'], 'start', 'a.json'],
    [['--config=-a.json'], 'start', '-a.json'],
  ])('reads %j as %s', (argv, action, configFile) => {
    expect(readCommandLine(argv)).toMatchObject({ action, configFile, mistakes: [] });
  });

  it('accepts other settings with --accept-settings', () => {
    expect(readSettings({ env: {}, argv: ['--accept-settings'] }).acceptSettings).toBe(true);
    const env = { ACCEPT_SETTINGS: 'false' };
    expect(readSettings({ env, argv: ['--accept-settings'] }).acceptSettings).toBe(true);
  });

  it.each([
    [['--prot'], `Unknown command-line option: "--prot". Allowed: ${flags}.`],
    [['-h'], `Unknown command-line option: "-h". Allowed: ${flags}.`],
    [['start'], `Unknown command-line option: argument 1. Allowed: ${flags}.`],
    [['--', 'JWT_SECRET=hunter2'], `Unknown command-line option: argument 2. Allowed: ${flags}.`],
    [['--help=yes'], `Unknown command-line option: "--help". Allowed: ${flags}.`],
    [['--accept-settings=1'], `Unknown command-line option: "--accept-settings". Allowed: ${flags}.`],
    [['--config'], '--config needs a file: --config FILE.'],
    [['--config='], '--config needs a file: --config FILE.'],
    [['--config', '--help'], '--config needs a file: --config FILE.'],
  ])('refuses %j', (argv, mistake) => {
    expect(mistakesOf({ env: {}, argv })).toEqual([mistake]);
  });
});
