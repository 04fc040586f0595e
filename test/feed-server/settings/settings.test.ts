import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../src/feed-server/settings/command-line.ts';
import { renderHelp, renderSettingsTable } from '../../../src/feed-server/settings/help.ts';
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
  it('have defaults for development', () => {
    expect(readSettings({ env: {} })).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      workers: 1,
      databaseUrl: undefined,
      brokerUrl: undefined,
      feedAudience: 'everyone',
      jwtKey: undefined,
      jwtIssuer: undefined,
      jwtAudience: undefined,
      jwtLifetimeSeconds: 86_400,
      allowedOrigins: { kind: 'any' },
      maxConnections: 0,
      maxConnectionsPerUser: 0,
      maxBodyBytes: 131_072,
      maxMessageBytes: 65_536,
      handshakeTimeoutMs: 10_000,
      pingIntervalMs: 30_000,
      retentionSeconds: 604_800,
      ackTimeoutMs: 30_000,
      checkpointIntervalMs: 30_000,
      shutdownDrainMs: 0,
      byeSpreadMs: 2000,
      shutdownTimeoutMs: 10_000,
      logLevel: 'info',
    });
  });

  it('have other defaults in production', () => {
    expect(readSettings({ env: { NODE_ENV: 'production' } })).toMatchObject({
      production: true,
      host: '0.0.0.0',
      allowedOrigins: { kind: 'same-origin' },
    });
  });

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
    ['JWT_ISSUER', 'https://issuer.example', { jwtIssuer: 'https://issuer.example' }],
    ['JWT_AUDIENCE', 'posted', { jwtAudience: 'posted' }],
    ['JWT_LIFETIME_SECONDS', '1', { jwtLifetimeSeconds: 1 }],
    ['ALLOWED_ORIGINS', '*', { allowedOrigins: { kind: 'any' } }],
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
    ['HANDSHAKE_TIMEOUT_MS', '100', { handshakeTimeoutMs: 100 }],
    ['PING_INTERVAL_MS', '200', { pingIntervalMs: 200 }],
    ['SHUTDOWN_DRAIN_MS', '5000', { shutdownDrainMs: 5000 }],
    ['SHUTDOWN_TIMEOUT_MS', '0', { shutdownTimeoutMs: 0 }],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['PORT', '', { port: 8080 }],
    ['JWT_SECRET', '', { jwtKey: undefined }],
    ['PROT', '80', { port: 8080 }],
  ])('are read from the environment: %s (row %#)', (name, value, expected) => {
    expect(readSettings({ env: { [name]: value } })).toMatchObject(expected);
  });

  it('cannot be changed', () => {
    const settings = readSettings({ env: { ALLOWED_ORIGINS: 'https://a.example', JWT_SECRET: secret } });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.allowedOrigins)).toBe(true);
    expect(settings.allowedOrigins.kind === 'list' && Object.isFrozen(settings.allowedOrigins.origins)).toBe(
      true,
    );
    expect(Object.isFrozen(settings.jwtKey)).toBe(true);
  });

  it('do not show the secret when they are printed', () => {
    const settings = readSettings({ env: { JWT_SECRET: secret } });
    expect(`${inspect(settings, { depth: 9, showHidden: true })}${JSON.stringify(settings)}`).not.toContain(
      secret,
    );
  });
});

const port = 'a whole number from 0 to 65535; 0 picks a free one and prints it';
const origins = 'origins such as https://example.com, with commas between them; or same-origin; or * for any';
const key = 'a public key in PEM, RSA of at least 2048 bits or P-256, or the path of one';
const flags = '--config FILE, --workers N, --help, --version';

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
      'the text does not begin with postgres:// or postgresql://. Allowed: a URL such as postgres://user:password@host:5432/database; what is reserved in a password is written as %XX.',
    ],
    [
      'BROKER_URL',
      'redis://:hunter2@broker',
      'it is set without DATABASE_URL. Allowed: both, or neither; the embedded store has one server only.',
    ],
    ['JWT_SECRET', 'hunter2', 'the secret has only 7 bytes. Allowed: a text of at least 32 bytes.'],
    [
      'JWT_SECRET',
      pem,
      'must not be a PEM key: a public key is not a secret. Allowed: a text of at least 32 bytes.',
    ],
    ['JWT_PUBLIC_KEY', '/hunter2.pem', `the file cannot be read (ENOENT). Allowed: ${key}.`],
    [
      'JWT_PUBLIC_KEY',
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      `the PEM contains a private key, which only the issuer may have. Allowed: ${key}.`,
    ],
    ['JWT_PUBLIC_KEY', ecPair('P-384').pem, `unsupported key type secp384r1. Allowed: ${key}.`],
    ['JWT_LIFETIME_SECONDS', '0', '"0" is not allowed. Allowed: a whole number from 1 to 31536000.'],
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
      '"many" is not allowed. Allowed: a whole number from 0 to 10000000; 0 for no limit.',
    ],
    ['MAX_BODY_BYTES', '1023', '"1023" is not allowed. Allowed: a whole number from 1024 to 16777216.'],
    ['PING_INTERVAL_MS', '1e9', '"1e9" is not allowed. Allowed: a whole number from 1 to 3600000.'],
    ['LOG_LEVEL', 'trace', '"trace" is not allowed. Allowed: debug, info, warn, error, silent.'],
  ])('is told: %s (row %#)', (name, value, mistake) => {
    expect(mistakesOf({ env: { [name]: value } })).toEqual([`${name}: ${mistake}`]);
  });

  it('never shows a secret', () => {
    const env = {
      JWT_SECRET: 'hunter2',
      JWT_PUBLIC_KEY: 'hunter2',
      DATABASE_URL: 'mysql://posted:hunter2@db',
      BROKER_URL: 'mqtt://:hunter2@broker',
    };
    expect(mistakesOf({ env })).toHaveLength(5);
    expect(mistakesOf({ env }).join()).not.toContain('hunter2');
  });

  it('is a secret together with a public key', () => {
    expect(mistakesOf({ env: { JWT_SECRET: secret, JWT_PUBLIC_KEY: pem } })).toEqual([
      'JWT_SECRET and JWT_PUBLIC_KEY: both are set. Allowed: one of them, or none.',
    ]);
  });

  it('is told together with all others', () => {
    const sources = { env: { PORT: 'http', LOG_LEVEL: 'loud' }, argv: ['--port', '80'] };
    expect(mistakesOf(sources)).toEqual([
      `"--port" is unknown on the command line. Allowed: ${flags}.`,
      `argument 2 is unknown on the command line. Allowed: ${flags}.`,
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
  ])('%j means %s', (argv, action, configFile) => {
    expect(readCommandLine(argv)).toEqual({ action, configFile, mistakes: [] });
  });

  it.each([
    [['--prot'], `"--prot" is unknown on the command line. Allowed: ${flags}.`],
    [['-h'], `"-h" is unknown on the command line. Allowed: ${flags}.`],
    [['start'], `argument 1 is unknown on the command line. Allowed: ${flags}.`],
    [['--', 'JWT_SECRET=hunter2'], `argument 2 is unknown on the command line. Allowed: ${flags}.`],
    [['--help=yes'], `"--help" is unknown on the command line. Allowed: ${flags}.`],
    [['--config'], '--config: the file is missing. Allowed: --config FILE.'],
    [['--config='], '--config: the file is missing. Allowed: --config FILE.'],
    [['--config', '--help'], '--config: the file is missing. Allowed: --config FILE.'],
  ])('%j is a mistake', (argv, mistake) => {
    expect(mistakesOf({ env: {}, argv })).toEqual([mistake]);
  });
});

describe('the help', () => {
  const names = [
    'NODE_ENV',
    'HOST',
    'PORT',
    'DATA_DIR',
    'DATABASE_URL',
    'BROKER_URL',
    'WORKERS',
    'FEED_AUDIENCE',
    'JWT_SECRET',
    'JWT_PUBLIC_KEY',
    'JWT_ISSUER',
    'JWT_AUDIENCE',
    'JWT_LIFETIME_SECONDS',
    'ALLOWED_ORIGINS',
    'MAX_CONNECTIONS',
    'MAX_CONNECTIONS_PER_USER',
    'MAX_BODY_BYTES',
    'MAX_MESSAGE_BYTES',
    'HANDSHAKE_TIMEOUT_MS',
    'PING_INTERVAL_MS',
    'RETENTION_SECONDS',
    'ACK_TIMEOUT_MS',
    'CHECKPOINT_INTERVAL_MS',
    'SHUTDOWN_DRAIN_MS',
    'BYE_SPREAD_MS',
    'SHUTDOWN_TIMEOUT_MS',
    'LOG_LEVEL',
  ];

  it('shows every setting and every flag', () => {
    const lines = renderHelp().split('\n');
    expect(lines.filter((line) => /^ {2}[A-Z]/.test(line)).map((line) => line.trim())).toEqual(names);
    for (const flag of ['--config', '--workers', '--help', '--version']) expect(renderHelp()).toContain(flag);
  });

  it('has a table with a row of four cells for each setting', () => {
    const rows = renderSettingsTable()
      .trimEnd()
      .split('\n')
      .map((row) => row.split('|').slice(1, -1));
    expect(rows.map((cells) => cells.length)).toEqual(Array.from({ length: names.length + 2 }, () => 4));
    expect(rows.slice(2).map(([name]) => name)).toEqual(names.map((name) => ` \`${name}\` `));
    expect(renderSettingsTable()).toContain('`127.0.0.1`; in production `0.0.0.0` |');
  });
});
