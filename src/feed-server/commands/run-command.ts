import { readSettings, type Settings, SettingsError } from '../settings/read-settings.ts';

export interface Command {
  /** Printed for `--help`. */
  readonly usage: string;
  /** The name of an option with a value that the command needs, without its dashes. */
  readonly option?: string;
  /** Resolves with the text to print. */
  readonly run: (settings: Settings, value: string) => Promise<string>;
}

/** Runs a command of an operator with the settings of the server. Sets the exit code: 2 for wrong settings or options. */
export async function runCommand({ usage, option, run }: Command): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  try {
    const { value, rest } = option === undefined ? { value: '', rest: argv } : takeOption(argv, option);
    process.stdout.write(await run(readSettings({ env: process.env, argv: rest }), value));
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = thrown instanceof SettingsError ? 2 : 1;
  }
}

/** @throws SettingsError if the option has no value */
function takeOption(
  argv: readonly string[],
  name: string,
): { readonly value: string; readonly rest: readonly string[] } {
  const flag = `--${name}`;
  const index = argv.findIndex((argument) => argument === flag || argument.startsWith(`${flag}=`));
  const inline = argv[index]?.slice(flag.length + 1);
  const value = inline || argv[index + 1];
  if (index === -1 || !value || (!inline && value.startsWith('-'))) {
    throw new SettingsError([`${flag} needs a file: ${flag} FILE.`]);
  }
  return { value, rest: argv.toSpliced(index, inline ? 1 : 2) };
}
