import { parseArgs } from 'node:util';
import { GenerationError } from './contract/problem.ts';
import type { Contracts, Reporter } from './generate-files.ts';

interface CommandOptions {
  readonly contracts: Contracts;
  /** The folder of the generated files. */
  readonly out: string;
}

/**
 * Runs a command of the generator: reads its options, and turns what it throws into text on standard error and
 * the exit code: 1 for contracts with problems, 2 for a command line with some.
 */
export async function runCommand(
  usage: string,
  run: (options: CommandOptions) => Promise<void>,
): Promise<void> {
  const options = readOptions(usage);
  if (options === null) return;
  try {
    await run(options);
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exitCode = 1;
  }
}

/** Progress on standard output, with the time that each step took. */
export function createReporter(): Reporter {
  let lastMs = performance.now();
  return {
    progress(step) {
      const nowMs = performance.now();
      process.stdout.write(`${step} (${Math.round(nowMs - lastMs)} ms)\n`);
      lastMs = nowMs;
    },
    warn,
  };
}

export function warn(warning: string): void {
  process.stderr.write(`warning: ${warning}\n`);
}

const optionsHelp = `
Options:
  --asyncapi FILE  the AsyncAPI 3.0.0 document, JSON or YAML (default: docs/asyncapi.json)
  --openapi FILE   the OpenAPI 3.1 document, JSON or YAML, or none (default: openapi.yaml)
  --out DIR        the folder of the generated files (default: generated)
  --help           print this and do nothing
`;

/** Null where there is nothing to do. */
function readOptions(usage: string): CommandOptions | null {
  try {
    const { values } = parseArgs({
      options: {
        asyncapi: { type: 'string', default: 'docs/asyncapi.json' },
        openapi: { type: 'string', default: 'openapi.yaml' },
        out: { type: 'string', default: 'generated' },
        help: { type: 'boolean', default: false },
      },
    });
    const { asyncapi, openapi, out, help } = values;
    if (help) {
      process.stdout.write(`${usage}${optionsHelp}`);
      return null;
    }
    return { contracts: { asyncapi, openapi: openapi === 'none' ? null : openapi }, out };
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`${problem}\nTry --help.\n`);
    process.exitCode = 2;
    return null;
  }
}
