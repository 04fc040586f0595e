import type { Contracts, GenerateOptions, Reporter } from '../generate-files.ts';
import type { ImportExtension } from '../source/typescript-source.ts';
import type { Command } from './command.ts';
import { type Arguments, choiceOf, helpOption, type OptionTable, UsageError } from './options.ts';
import { createReporter, quietReporter, say } from './reporter.ts';

/** The folders that the other documents and targets get. */
const taken = new Set(['asyncapi', 'openapi', 'python', 'docs']);

const targetNames = ['server', 'client', 'python', 'docs'] as const;
const extensions: readonly ImportExtension[] = ['ts', 'js'];

/** How contracts are read: the same for every command that reads one. */
export const loadOptions: OptionTable = {
  'allow-remote': { about: ['follow references to http and https; without it they are refused'] },
  strict: { about: ['treat warnings as problems'] },
};

export const generateCommand: Command = {
  name: 'generate',
  operands: '<document> [options]',
  summary: 'make code from an AsyncAPI document',
  about: `Checks an AsyncAPI document (2.x, 3.0 or 3.1, JSON or YAML) and generates code from it: models,
validators, channel descriptors, handler interfaces, publishers and clients. The output folder is
replaced as a whole, and only if it holds nothing else; if the document has problems it stays as
it is. Handlers and everything else that is written by hand belong elsewhere.`,
  options: {
    out: { value: 'DIR', about: ['the folder of the generated files (default: generated)'] },
    openapi: {
      value: 'FILE',
      about: ['an OpenAPI 3.1 document, for REST on the same server (default: none)'],
    },
    messages: {
      value: 'NAME=FILE',
      about: [
        'also models and validators, in a folder NAME, of the messages of another AsyncAPI document,',
        'whose servers may speak any protocol (default: none)',
      ],
    },
    targets: {
      value: 'LIST',
      about: [
        `any of ${targetNames.join(', ')}, with commas between them (default: server,client)`,
        'client brings what server does: the two share their descriptors',
      ],
    },
    'import-extension': {
      value: 'ts|js',
      about: ['what relative imports of generated TypeScript end in (default: ts)'],
    },
    ...loadOptions,
    check: { about: ['write nothing; exit with 1 and name each file that is not what the contract gives'] },
    watch: { about: ['generate again whenever a file of the contract changes, until Ctrl-C'] },
    ...helpOption,
  },
  examples: [
    'posted generate asyncapi.yaml --out src/generated',
    'posted generate asyncapi.yaml --out src/generated --watch',
    'posted generate asyncapi.yaml --out src/generated --check',
    'posted generate asyncapi.json --openapi openapi.yaml --targets server,client,python,docs',
  ],

  async run(given) {
    const contracts = {
      asyncapi: documentOf(given),
      openapi: given.valueOf('openapi') ?? null,
      messages: messagesOf(given),
    };
    const options = readGenerateOptions(given);
    const out = given.valueOf('out') ?? 'generated';
    if (given.has('check') && given.has('watch')) {
      throw new UsageError('--check looks once, and --watch goes on: give one of them.');
    }
    if (given.has('check')) {
      const { checkFolder } = await import('./check.ts');
      return await checkFolder(out, (folder) => generateInto(contracts, options, folder, quietReporter));
    }
    const generate = () => replaceOutput(contracts, options, out);
    if (given.has('watch')) {
      const { watch } = await import('./watch.ts');
      return await watch(
        [
          contracts.asyncapi,
          ...(contracts.openapi === null ? [] : [contracts.openapi]),
          ...contracts.messages.values(),
        ],
        generate,
      );
    }
    await generate();
    return 0;
  },
};

/** The one operand of a command. @throws UsageError */
function documentOf({ operands }: Arguments): string {
  const [document, ...more] = operands;
  if (document === undefined) throw new UsageError('The AsyncAPI document is missing.');
  if (more.length > 0) throw new UsageError('There is more than one document: generate takes one.');
  return document;
}

/** @throws UsageError */
function messagesOf(given: Arguments): ReadonlyMap<string, string> {
  const text = given.valueOf('messages');
  if (text === undefined) return new Map();
  const [, name, file] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) {
    throw new UsageError('--messages needs a name and a file: --messages events=events.asyncapi.json.');
  }
  if (taken.has(name)) throw new UsageError(`--messages cannot be called ${name}: that folder is taken.`);
  return new Map([[name, file]]);
}

function readGenerateOptions(given: Arguments): GenerateOptions {
  const names = (given.valueOf('targets') ?? 'server,client').split(',').map((name) => name.trim());
  const extension = choiceOf('import-extension', given.valueOf('import-extension') ?? 'ts', extensions);
  return {
    targets: new Set(names.map((name) => choiceOf('targets', name, targetNames))),
    extension,
    allowRemote: given.has('allow-remote'),
    strict: given.has('strict'),
  };
}

async function generateInto(
  contracts: Contracts,
  options: GenerateOptions,
  folder: string,
  reporter: Reporter,
): Promise<readonly string[]> {
  const { generateFiles } = await import('../generate-files.ts');
  return await generateFiles(contracts, options, folder, reporter);
}

/** Generates once, says what it made, and resolves with the files that the contract is made of. */
async function replaceOutput(
  contracts: Contracts,
  options: GenerateOptions,
  out: string,
): Promise<readonly string[]> {
  const startMs = performance.now();
  const { filesIn, replaceFolder } = await import('../replace-folder.ts');
  let files: readonly string[] = [];
  await replaceFolder(out, async (folder) => {
    files = await generateInto(contracts, options, folder, createReporter());
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  say(`${out}: ${(await filesIn(out)).length} files in ${seconds} s`);
  return files;
}
