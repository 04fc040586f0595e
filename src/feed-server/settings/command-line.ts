import { parseArgs } from 'node:util';
import { quote } from './setting-text.ts';

export interface CommandLine {
  readonly action: 'start' | 'help' | 'version';
  readonly configFile: string | undefined;
  /** Overrides the setting WORKERS. */
  readonly workers: string | undefined;
  /** Overrides the setting ACCEPT_SETTINGS. */
  readonly acceptSettings: boolean;
  readonly mistakes: readonly string[];
}

/** Reads the arguments after the program's name, which `--help` explains. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  let action: CommandLine['action'] = 'start';
  let acceptSettings = false;
  const values: Partial<Record<OptionWithValue, string>> = {};
  const mistakes: string[] = [];
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      workers: { type: 'string' },
      'accept-settings': { type: 'boolean' },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
    // Strict parsing would stop at the first mistake.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      // Not quoted, since it may be something like `JWT_SECRET=…`.
      mistakes.push(unknown(`argument ${token.index + 1}`));
    } else if (token.name === 'config' || token.name === 'workers') {
      // Without an equals sign, parseArgs takes a following flag for the value.
      const isValue = token.value && (token.inlineValue || !token.value.startsWith('-'));
      if (isValue) values[token.name] = token.value;
      else mistakes.push(missing[token.name]);
    } else if ((token.name === 'help' || token.name === 'version') && token.value === undefined) {
      action = token.name;
    } else if (token.name === 'accept-settings' && token.value === undefined) {
      acceptSettings = true;
    } else {
      mistakes.push(unknown(quote(token.rawName)));
    }
  }
  return { action, configFile: values.config, workers: values.workers, acceptSettings, mistakes };
}

type OptionWithValue = 'config' | 'workers';

const missing: Readonly<Record<OptionWithValue, string>> = {
  config: '--config needs a file: --config FILE.',
  workers: '--workers needs a number or auto: --workers N, --workers auto.',
};

function unknown(argument: string): string {
  return `Unknown command-line option: ${argument}. Allowed: --config FILE, --workers N, --accept-settings, --help, --version.`;
}
