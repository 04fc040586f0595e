import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpenapi } from '../contract/document-kind.ts';
import { type Contracts, type GenerateOptions, generateFiles, targets } from '../generate-files.ts';
import { differences, filesIn } from '../replace-folder.ts';
import type { ImportExtension } from '../source/typescript-source.ts';
import {
  type Arguments,
  type Command,
  choiceOf,
  helpOption,
  loadOptions,
  readLoadOptions,
  UsageError,
} from './command.ts';
import { generateFolder } from './generate-folder.ts';
import { createReporter, print, printError, quietReporter } from './reporter.ts';
import { watch } from './watch.ts';

/** The output folders that `--messages` cannot use. */
const reservedFolders: ReadonlySet<string> = new Set(['asyncapi', 'openapi', 'python', 'docs']);

const extensions: readonly ImportExtension[] = ['ts', 'js'];

export const generateCommand: Command = {
  name: 'generate',
  operands: '[document] [options]',
  summary: 'generate code from an AsyncAPI or OpenAPI document',
  description: `Checks an AsyncAPI document (2.x, 3.0 or 3.1, JSON or YAML) and generates code from it: models,
validators, channel descriptors, handler interfaces and clients. An OpenAPI document (3.0, 3.1 or
3.2) gives a REST client, and with --openapi or --targets server also handler interfaces.

The output folder is replaced as a whole. It must not contain hand-written files: generate refuses
to delete them. If the document has problems, the folder stays as it is.`,
  options: {
    out: { value: 'DIR', description: ['output folder (default: generated)'] },
    openapi: {
      value: 'FILE',
      description: ['OpenAPI document for REST on the same server, or alone (default: none)'],
    },
    messages: {
      value: 'NAME=FILE',
      description: [
        'also generate models and validators for the messages of another AsyncAPI document,',
        'of any protocol, into the folder NAME of the output (default: none)',
      ],
    },
    targets: {
      value: 'LIST',
      description: [
        `comma-separated list of ${targets.join(', ')} (default: server,client;`,
        'for an OpenAPI document without --openapi: client)',
        'client includes the files of server, because both share their descriptors',
      ],
    },
    'import-extension': {
      value: 'ts|js',
      description: ['file extension of relative imports in generated TypeScript (default: ts)'],
    },
    ...loadOptions,
    check: { description: ['write nothing; list the files that are out of date and exit with 1'] },
    watch: { description: ['generate again after each change of a file of the contract, until Ctrl-C'] },
    ...helpOption,
  },
  examples: [
    'posted generate asyncapi.yaml --out src/generated',
    'posted generate asyncapi.yaml --out src/generated --watch',
    'posted generate asyncapi.yaml --out src/generated --check',
    'posted generate asyncapi.json --openapi openapi.yaml --targets server,client,python,docs',
    'posted generate openapi.yaml --targets client,python',
    'posted generate --openapi openapi.yaml --out src/generated',
  ],

  async run(args) {
    // React's build for development takes twice as long, and renders the same.
    process.env.NODE_ENV ??= 'production';
    const document = documentOf(args);
    const isAlone = args.operands.length === 0;
    const isRest = isAlone || (await isOpenapi(document));
    const contracts = {
      asyncapi: isRest ? null : document,
      openapi: isRest ? document : (args.valueOf('openapi') ?? null),
      messages: messagesOf(args),
    };
    const options = readGenerateOptions(args, isRest && !isAlone ? 'client' : 'server,client');
    if (isRest) checkRestOptions(args, isAlone);
    const out = args.valueOf('out') ?? 'generated';
    if (args.has('check') && args.has('watch')) {
      throw new UsageError('--check and --watch exclude each other.');
    }
    if (args.has('check')) return await checkOutput(contracts, options, out);
    if (args.has('watch')) {
      const { asyncapi, openapi, messages } = contracts;
      const documents = [asyncapi, openapi, ...messages.values()].filter((file) => file !== null);
      return await watch(documents, () => replaceOutput(contracts, options, out));
    }
    await replaceOutput(contracts, options, out);
    return 0;
  },
};

/** The AsyncAPI document, or else that of `--openapi`. @throws UsageError */
function documentOf(args: Arguments): string {
  const [document = args.valueOf('openapi'), ...more] = args.operands;
  if (document === undefined) throw new UsageError('Missing document.');
  if (more.length > 0) throw new UsageError('Too many arguments: generate takes one document.');
  return document;
}

/** @throws UsageError */
function messagesOf(args: Arguments): ReadonlyMap<string, string> {
  const text = args.valueOf('messages');
  if (text === undefined) return new Map();
  const [, name, file] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new UsageError('--messages requires a name and a file: --messages events=events.asyncapi.json.');
  }
  if (reservedFolders.has(name)) {
    throw new UsageError(`--messages cannot use the name ${name}: it is reserved for another folder.`);
  }
  return new Map([[name, file]]);
}

/** @throws UsageError */
function readGenerateOptions(args: Arguments, defaultTargets: string): GenerateOptions {
  const names = (args.valueOf('targets') ?? defaultTargets).split(',').map((name) => name.trim());
  const extension = choiceOf('import-extension', args.valueOf('import-extension') ?? 'ts', extensions);
  return {
    ...readLoadOptions(args),
    targets: new Set(names.map((name) => choiceOf('targets', name, targets))),
    extension,
  };
}

/** What needs an AsyncAPI document. @throws UsageError */
function checkRestOptions(args: Arguments, isAlone: boolean): void {
  if (args.has('openapi') && !isAlone)
    throw new UsageError('--openapi requires an AsyncAPI document before it.');
  if (args.has('messages')) throw new UsageError('--messages requires an AsyncAPI document before it.');
}

/** Generates once, prints the progress, and resolves with the files that the contract consists of. */
async function replaceOutput(
  contracts: Contracts,
  options: GenerateOptions,
  out: string,
): Promise<readonly string[]> {
  const startMs = performance.now();
  const files = await generateFolder(out, contracts, options, createReporter());
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  print(`${out}: ${(await filesIn(out)).length} files in ${seconds} s`);
  return files;
}

/**
 * Compares the output folder, byte for byte, with what would be generated now, and prints each file that differs.
 * Changes nothing. Resolves with the exit code.
 */
async function checkOutput(contracts: Contracts, options: GenerateOptions, out: string): Promise<number> {
  const expected = await mkdtemp(join(tmpdir(), 'posted-check-'));
  try {
    await generateFiles(contracts, options, expected, quietReporter);
    const drift = await differences(expected, out);
    if (drift.length === 0) {
      print(`${out} is up to date.`);
      return 0;
    }
    printError(`${out} is out of date:`);
    for (const { path, kind } of drift) printError(`  ${kind.padEnd('unexpected'.length)}  ${path}`);
    printError('Run the same command without --check, and commit the result.');
    return 1;
  } finally {
    await rm(expected, { recursive: true, force: true });
  }
}
