import type { TokenKey } from '../auth/keys.ts';
import { readCommandLine } from './command-line.ts';
import { type ConfigFile, messageOf, readConfigFile } from './config-file.ts';
import type { Kind } from './kinds.ts';
import { type Setting, table, type Values } from './table.ts';

/** What the server is told at start, checked. Units stand in the names; frozen. */
export interface Settings extends Omit<Values, 'jwtSecret' | 'jwtPublicKey'> {
  /** Undefined: the secret in `dataDir` is to be used. */
  readonly jwtKey: TokenKey | undefined;
}

export interface SettingsSources {
  /** Variables that are empty count as not set. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments after the program's name. */
  readonly argv?: readonly string[];
}

/** All that is wrong with the settings: each mistake with its name and what is allowed, without secrets. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(['The settings are wrong (--help shows them all):', ...mistakes].join('\n  '));
    this.mistakes = mistakes;
  }
}

/**
 * Reads the settings from the environment, and from the JSON file that `--config` or else CONFIG_FILE
 * names. The environment wins over the file, and `--workers` over both.
 *
 * @throws SettingsError
 */
export function readSettings({ env, argv = [] }: SettingsSources): Settings {
  const commandLine = readCommandLine(argv);
  const path = commandLine.configFile || env.CONFIG_FILE;
  const file = path ? readConfigFile(path, Object.values(table).map(nameOf)) : noFile;
  const mistakes = [...commandLine.mistakes, ...file.mistakes];

  function find({ name }: Setting<unknown>): Found | undefined {
    if (name === table.workers.name && commandLine.workers) {
      return { place: '--workers', value: commandLine.workers };
    }
    if (env[name]) return { place: name, value: env[name] };
    if (file.values.has(name)) return { place: `${path}: ${name}`, value: file.values.get(name) };
    return undefined;
  }

  const production = find(table.production)?.value === 'production';

  function read(setting: Setting<unknown>): unknown {
    const found = find(setting);
    const fallback = (production ? setting.productionFallback : undefined) ?? setting.fallback;
    const { place, value } = found ?? { place: setting.name, value: fallback };
    if (value === undefined) return undefined;
    try {
      return setting.kind.parse(textOf(value, setting.kind));
    } catch (thrown) {
      mistakes.push(`${place}: ${messageOf(thrown)}. Allowed: ${setting.kind.allowed}.`);
      return undefined;
    }
  }

  // What fromEntries cannot know: each key of the table, with what its own kind has read.
  const { jwtSecret, jwtPublicKey, ...others } = Object.fromEntries(
    Object.entries(table).map(([key, setting]) => [key, read(setting)]),
  ) as Values;
  if (find(table.jwtSecret) && find(table.jwtPublicKey)) {
    mistakes.push('JWT_SECRET and JWT_PUBLIC_KEY: both are set. Allowed: one of them, or none.');
  }
  if (find(table.brokerUrl) && !find(table.databaseUrl)) {
    mistakes.push(
      'BROKER_URL: it is set without DATABASE_URL. Allowed: both, or neither; the embedded store has one server only.',
    );
  }
  if (others.workers > 1 && !find(table.databaseUrl)) {
    const { place } = find(table.workers) ?? { place: table.workers.name };
    mistakes.push(
      `${place}: ${others.workers} processes cannot share the embedded store. Set DATABASE_URL to a PostgreSQL database, or take 1.`,
    );
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return Object.freeze({ ...others, jwtKey: jwtSecret ?? jwtPublicKey });
}

interface Found {
  /** What a mistake calls it. */
  readonly place: string;
  readonly value: unknown;
}

const noFile: ConfigFile = { values: new Map(), mistakes: [] };

function nameOf({ name }: Setting<unknown>): string {
  return name;
}

/** A value of the config file becomes the text that the environment would hold. */
function textOf(value: unknown, { json }: Kind<unknown>): string {
  if (typeof value === 'string') return value;
  if (json === 'number' && typeof value === 'number') return String(value);
  if (json === 'array' && Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(',');
  }
  throw new Error(`the JSON must be a string${json === undefined ? '' : ` or ${article[json]}`}`);
}

const article = { number: 'a number', array: 'an array of strings' };
