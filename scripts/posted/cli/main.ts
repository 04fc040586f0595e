import { packageVersion } from '../package-info.ts';
import type { Command } from './command.ts';
import { explain } from './explain.ts';
import { generateCommand } from './generate.ts';
import { renderCommandHelp, renderHelp } from './help.ts';
import { initCommand } from './init.ts';
import { readArguments, UsageError, unknown } from './options.ts';
import { validateCommand } from './validate.ts';

const commands: readonly Command[] = [initCommand, generateCommand, validateCommand];

/** The command `posted`: runs what its arguments ask for, and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that went away, such as `head`, is no failure of what was printed.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    process.exitCode = await run(args);
  } catch (thrown) {
    const { text, exitCode } = explain(thrown);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}

async function run([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('A command is missing.');
  if (name === '--help' || name === '-h') return say(renderHelp(commands));
  if (name === '--version') return say(`${packageVersion()}\n`);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const isOption = name.startsWith('-');
    const known = commands.map((candidate) => candidate.name);
    const names = isOption ? ['version', 'help'] : known;
    throw new UsageError(unknown(isOption ? 'option' : 'command', name, names, isOption ? '--' : ''));
  }
  if (rest.includes('--help') || rest.includes('-h')) return say(renderCommandHelp(command));
  return await command.run(readArguments(rest, command.options));
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}
