import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readSettings,
  SettingsError,
  type SettingsSources,
} from '../../../src/feed-server/settings/read-settings.ts';
import { rsaPair } from '../auth/forge.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posted-config-'));
  path = join(folder, 'posted.json');
});
afterEach(() => rm(folder, { recursive: true }));

function mistakesOf(sources: Partial<SettingsSources> = {}): readonly string[] {
  try {
    readSettings({ env: {}, argv: ['--config', path], ...sources });
  } catch (thrown) {
    if (thrown instanceof SettingsError) return thrown.mistakes;
    throw thrown;
  }
  return [];
}

describe('a config file', () => {
  it.each([
    ['--config', () => ({ env: {}, argv: ['--config', path] })],
    ['CONFIG_FILE', () => ({ env: { CONFIG_FILE: path } })],
    ['--config before CONFIG_FILE', () => ({ env: { CONFIG_FILE: '/nowhere' }, argv: [`--config=${path}`] })],
  ])('is named by %s', async (_, sources) => {
    await writeFile(path, '{"PORT": "9090"}');
    expect(readSettings(sources()).port).toBe(9090);
  });

  it('may hold numbers, and origins as an array', async () => {
    await writeFile(
      path,
      JSON.stringify({
        NODE_ENV: 'production',
        PORT: 9090,
        MAX_CONNECTIONS: 0,
        ALLOWED_ORIGINS: ['https://a.example', 'https://b.example'],
      }),
    );
    expect(readSettings({ env: {}, argv: ['--config', path] })).toMatchObject({
      production: true,
      host: '0.0.0.0',
      port: 9090,
      maxConnections: 0,
      allowedOrigins: { kind: 'list', origins: ['https://a.example', 'https://b.example'] },
    });
  });

  it('gives way to the environment, but not to an empty variable', async () => {
    await writeFile(path, '{"PORT": 9090, "HOST": "::1", "LOG_LEVEL": "warn"}');
    const env = { CONFIG_FILE: path, PORT: '7070', HOST: '' };
    expect(readSettings({ env })).toMatchObject({ port: 7070, host: '::1', logLevel: 'warn' });
  });

  it('is not blamed for what the environment overrides', async () => {
    await writeFile(path, '{"PORT": "http"}');
    expect(mistakesOf({ env: { PORT: '7070' } })).toEqual([]);
  });

  it('is told by what is wrong in it, all at once', async () => {
    await writeFile(
      path,
      '{"PORT": 1.5, "HOST": 1, "ALLOWED_ORIGINS": [], "LOG_LEVEL": "", "JWT_ISSUER": null}',
    );
    expect(mistakesOf()).toEqual([
      `${path}: HOST: the JSON must be a string. Allowed: an IP address or a host name.`,
      `${path}: PORT: "1.5" is not allowed. Allowed: a whole number from 0 to 65535; 0 picks a free one and prints it.`,
      `${path}: JWT_ISSUER: the JSON must be a string. Allowed: any text.`,
      `${path}: ALLOWED_ORIGINS: "" is not allowed. Allowed: origins such as https://example.com, with commas between them; or same-origin; or * for any.`,
      `${path}: LOG_LEVEL: "" is not allowed. Allowed: debug, info, warn, error, silent.`,
    ]);
  });

  it.each([
    [
      '{"PORT": true}',
      'PORT: the JSON must be a string or a number. Allowed: a whole number from 0 to 65535; 0 picks a free one and prints it.',
    ],
    [
      '{"ALLOWED_ORIGINS": [1]}',
      'ALLOWED_ORIGINS: the JSON must be a string or an array of strings. Allowed: origins such as https://example.com, with commas between them; or same-origin; or * for any.',
    ],
    ['{"DATA_DIR": ["a"]}', 'DATA_DIR: the JSON must be a string. Allowed: any text.'],
    ['{"PROT": 80}', 'the name "PROT" is unknown. Did you mean PORT?'],
    ['{"port": 80}', 'the name "port" is unknown. Did you mean PORT?'],
    ['{"maxBodyByte": 80}', 'the name "maxBodyByte" is unknown. Did you mean MAX_BODY_BYTES?'],
    ['{"colour": "red"}', 'the name "colour" is unknown. See --help for the names.'],
    ['{"__proto__": 1}', 'the name "__proto__" is unknown. See --help for the names.'],
    [
      JSON.stringify({ ['x'.repeat(1000)]: 1 }),
      `the name "${'x'.repeat(64)}…" is unknown. See --help for the names.`,
    ],
    ['[]', 'the JSON is not an object.'],
    ['null', 'the JSON is not an object.'],
    ['{"PORT": 80,\n "JWT_SECRET": "hunter2" "HOST": 1}', 'the text is not JSON (line 2 column 26).'],
    ['', 'the text is not JSON.'],
  ])('with a mistake is refused (row %#)', async (content, mistake) => {
    await writeFile(path, content);
    expect(mistakesOf()).toEqual([`${path}: ${mistake}`]);
  });

  it('that is missing is a mistake beside the others', () => {
    expect(mistakesOf({ env: { LOG_LEVEL: 'loud' } })).toEqual([
      `${path}: the file cannot be read (ENOENT).`,
      'LOG_LEVEL: "loud" is not allowed. Allowed: debug, info, warn, error, silent.',
    ]);
  });

  it('never shows a secret', async () => {
    await writeFile(
      path,
      '{"JWT_SECRET": "hunter2", "JWT_PUBLIC_KEY": ["hunter2"], "DATABASE_URL": "hunter2"}',
    );
    expect(mistakesOf()).toHaveLength(4);
    expect(mistakesOf().join()).not.toContain('hunter2');
    await writeFile(path, '{"JWT_SECRET": hunter2}');
    expect(mistakesOf()).toHaveLength(1);
    expect(mistakesOf().join()).not.toContain('hunter2');
  });
});

describe('a public key', () => {
  it('may be the path of a PEM', async () => {
    await writeFile(path, rsaPair(2048).pem);
    expect(readSettings({ env: { JWT_PUBLIC_KEY: path } }).jwtKey?.algorithm).toBe('RS256');
  });
});
