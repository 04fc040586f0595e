import { packageInfo } from '../package-info.ts';
import { breakingCommand } from './breaking-command.ts';
import { type Command, readArguments, UsageError, unknownName } from './command.ts';
import { devCommand } from './dev-command.ts';
import { generateCommand } from './generate-command.ts';
import { renderCommandHelp, renderHelp } from './help.ts';
import { initCommand } from './init-command.ts';
import { reportError } from './reporter.ts';
import { validateCommand } from './validate-command.ts';

const commands: readonly Command[] = [
  initCommand,
  devCommand,
  generateCommand,
  validateCommand,
  breakingCommand,
];

/** The command `posted`. Errors are printed, and the exit code of the process is set. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that closes the pipe early, such as `head`, is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    refusePlugAndPlay();
    process.exitCode = await run(args);
  } catch (thrown) {
    process.exitCode = reportError(thrown);
  }
}

/** Checks for Yarn Plug'n'Play, with which parsers that this package depends on cannot find their own dependencies. */
function refusePlugAndPlay(): void {
  if (process.versions.pnp === undefined) return;
  throw new UsageError(
    "posted does not run with Yarn Plug'n'Play: set YARN_NODE_LINKER=node-modules, or nodeLinker in .yarnrc.yml.",
  );
}

async function run([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) throw new UsageError('Missing command.');
  if (name === '--help' || name === '-h') return show(renderHelp(commands));
  if (name === '--version') return show(`${packageInfo.version}\n`);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    if (name.startsWith('-')) throw unknownName('option', name, ['version', 'help']);
    const names = commands.map((candidate) => candidate.name);
    throw unknownName('command', name, names);
  }
  if (rest.includes('--help') || rest.includes('-h')) return show(renderCommandHelp(command));
  return await command.run(readArguments(rest, command.options));
}

function show(text: string): number {
  process.stdout.write(text);
  return 0;
}
