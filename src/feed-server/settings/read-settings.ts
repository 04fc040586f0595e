import type { TokenKey } from '../auth/keys.ts';
import { readCommandLine } from './command-line.ts';
import { type ConfigFile, messageOf, readConfigFile } from './config-file.ts';
import type { Kind } from './kinds.ts';
import type { Setting } from './setting.ts';
import { table, type Values } from './table.ts';

/** The validated settings, frozen. Units are part of the names. */
export interface Settings extends Omit<Values, 'jwtSecret' | 'jwtPublicKey'> {
  /** Undefined if the secret in `dataDir` is used, or only the keys of `jwtKeys` or `jwtJwks`. */
  readonly jwtKey: TokenKey | undefined;
}

export interface SettingsSources {
  /** Empty variables count as not set. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments after the program's name. */
  readonly argv?: readonly string[];
}

/** Lists every mistake in the settings, with the allowed values and without secrets. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(['Invalid settings (--help lists all settings):', ...mistakes].join('\n  '));
    this.mistakes = mistakes;
  }
}

/**
 * Reads the settings from the environment, and from the JSON file given by `--config` or else CONFIG_FILE.
 * The environment overrides the file, and `--workers` and `--accept-settings` override both.
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
      return { source: '--workers', value: commandLine.workers };
    }
    if (name === table.acceptSettings.name && commandLine.acceptSettings) {
      return { source: '--accept-settings', value: 'true' };
    }
    if (env[name]) return { source: name, value: env[name] };
    if (file.values.has(name)) return { source: `${path}: ${name}`, value: file.values.get(name) };
    return undefined;
  }

  const production = find(table.production)?.value === 'production';

  function read(setting: Setting<unknown>): unknown {
    const found = find(setting);
    const fallback = (production ? setting.productionFallback : undefined) ?? setting.fallback;
    const { source, value } = found ?? { source: setting.name, value: fallback };
    if (value === undefined) return undefined;
    try {
      return setting.kind.parse(textOf(value, setting.kind));
    } catch (thrown) {
      mistakes.push(`${source}: ${messageOf(thrown)}. Allowed: ${setting.kind.allowed}.`);
      return undefined;
    }
  }

  // `fromEntries` loses the type of each key: the value that the parser of its kind returned.
  const { jwtSecret, jwtPublicKey, ...others } = Object.fromEntries(
    Object.entries(table).map(([key, setting]) => [key, read(setting)]),
  ) as Values;
  for (const secret of [table.jwtSecret, table.jwtKeys]) {
    for (const foreign of [table.jwtPublicKey, table.jwtJwks]) {
      if (!find(secret) || !find(foreign)) continue;
      mistakes.push(`${secret.name} and ${foreign.name}: both are set. Set at most one of them.`);
    }
  }
  if (find(table.brokerUrl) && !find(table.databaseUrl)) {
    mistakes.push(
      'BROKER_URL: DATABASE_URL is not set, but a broker needs it: only one server can use the embedded store. Set both or neither.',
    );
  }
  if (find(table.databaseDirectUrl) && !find(table.databaseUrl)) {
    mistakes.push('DATABASE_DIRECT_URL: DATABASE_URL is not set. Set both, or only DATABASE_URL.');
  }
  if (others.logGiveUpMs < others.logStaleMs) {
    mistakes.push('LOG_GIVE_UP_MS: it is less than LOG_STALE_MS. Set it to the same or more.');
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return Object.freeze({ ...others, jwtKey: jwtSecret ?? jwtPublicKey });
}

interface Found {
  /** The name of the setting in errors. */
  readonly source: string;
  readonly value: unknown;
}

const noFile: ConfigFile = { values: new Map(), mistakes: [] };

function nameOf({ name }: Setting<unknown>): string {
  return name;
}

/** Converts a value of the config file to the text that the environment would contain. */
function textOf(value: unknown, { json }: Kind<unknown>): string {
  if (typeof value === 'string') return value;
  if (json === 'number' && typeof value === 'number') return String(value);
  if (json === 'boolean' && typeof value === 'boolean') return String(value);
  if (json === 'array' && Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(',');
  }
  throw new Error(`the value must be a string${json === undefined ? '' : ` or ${jsonTypes[json]}`}`);
}

const jsonTypes = { number: 'a number', array: 'an array of strings', boolean: 'a boolean' };
