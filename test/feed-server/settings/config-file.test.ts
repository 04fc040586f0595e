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
    [
      '--config rather than CONFIG_FILE',
      () => ({ env: { CONFIG_FILE: '/nowhere' }, argv: [`--config=${path}`] }),
    ],
  ])('is read from %s', async (_, sources) => {
    await writeFile(path, '{"PORT": "9090"}');
    expect(readSettings(sources()).port).toBe(9090);
  });

  it('may contain numbers, and origins as an array', async () => {
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

  it('is overridden by the environment, but not by an empty variable', async () => {
    await writeFile(path, '{"PORT": 9090, "HOST": "::1", "LOG_LEVEL": "warn"}');
    const env = { CONFIG_FILE: path, PORT: '7070', HOST: '' };
    expect(readSettings({ env })).toMatchObject({ port: 7070, host: '::1', logLevel: 'warn' });
  });

  it('may contain invalid values that the environment overrides', async () => {
    await writeFile(path, '{"PORT": "http"}');
    expect(mistakesOf({ env: { PORT: '7070' } })).toEqual([]);
  });

  it('has all its mistakes reported together', async () => {
    await writeFile(
      path,
      '{"PORT": 1.5, "HOST": 1, "ALLOWED_ORIGINS": [], "LOG_LEVEL": "", "JWT_ISSUER": null}',
    );
    expect(mistakesOf()).toEqual([
      `${path}: HOST: the value must be a string. Allowed: an IP address or a host name.`,
      `${path}: PORT: "1.5" is not allowed. Allowed: an integer from 0 to 65535 (0: any free port, which is printed).`,
      `${path}: JWT_ISSUER: the value must be a string. Allowed: any text.`,
      `${path}: ALLOWED_ORIGINS: "" is not allowed. Allowed: a comma-separated list of origins such as https://example.com, same-origin, or * (any origin).`,
      `${path}: LOG_LEVEL: "" is not allowed. Allowed: debug, info, warn, error, silent.`,
    ]);
  });

  it.each([
    [
      '{"PORT": true}',
      'PORT: the value must be a string or a number. Allowed: an integer from 0 to 65535 (0: any free port, which is printed).',
    ],
    [
      '{"ALLOWED_ORIGINS": [1]}',
      'ALLOWED_ORIGINS: the value must be a string or an array of strings. Allowed: a comma-separated list of origins such as https://example.com, same-origin, or * (any origin).',
    ],
    ['{"DATA_DIR": ["a"]}', 'DATA_DIR: the value must be a string. Allowed: any text.'],
    ['{"PROT": 80}', 'unknown setting "PROT". Did you mean PORT?'],
    ['{"port": 80}', 'unknown setting "port". Did you mean PORT?'],
    ['{"maxBodyByte": 80}', 'unknown setting "maxBodyByte". Did you mean MAX_BODY_BYTES?'],
    ['{"colour": "red"}', 'unknown setting "colour". See --help for all names.'],
    ['{"__proto__": 1}', 'unknown setting "__proto__". See --help for all names.'],
    [
      JSON.stringify({ ['x'.repeat(1000)]: 1 }),
      `unknown setting "${'x'.repeat(64)}…". See --help for all names.`,
    ],
    ['[]', 'the file must contain a JSON object.'],
    ['null', 'the file must contain a JSON object.'],
    ['{"PORT": 80,\n "JWT_SECRET": "hunter2" "HOST": 1}', 'the file is not valid JSON (line 2 column 26).'],
    ['', 'the file is not valid JSON.'],
  ])('with a mistake is refused (case %#)', async (content, mistake) => {
    await writeFile(path, content);
    expect(mistakesOf()).toEqual([`${path}: ${mistake}`]);
  });

  it('that is missing is reported with the other mistakes', () => {
    expect(mistakesOf({ env: { LOG_LEVEL: 'loud' } })).toEqual([
      `${path}: cannot read the file (ENOENT).`,
      'LOG_LEVEL: "loud" is not allowed. Allowed: debug, info, warn, error, silent.',
    ]);
  });

  it('never reveals a secret', async () => {
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
  it('may be given as the path of a PEM file', async () => {
    await writeFile(path, rsaPair(2048).pem);
    expect(readSettings({ env: { JWT_PUBLIC_KEY: path } }).jwtKey?.algorithm).toBe('RS256');
  });
});
