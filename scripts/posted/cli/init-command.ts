import { readdirSync } from 'node:fs';
import { type Command, choiceOf, helpOption, loadOptions, readLoadOptions, UsageError } from './command.ts';

const examples = ['auction'] as const;

export const initCommand: Command = {
  name: 'init',
  operands: '[dir] [document] [options]',
  summary: 'create a project from your document or an example',
  description: `Creates a small project that runs: the AsyncAPI document with every file that it references, the
code generated from it, a server with handlers, a client, a test, and the scripts to run them with
npm, pnpm, yarn or bun. Without a document, init uses the asyncapi.yaml (or .yml, .json) in the
folder, or the example if it has none: a live auction with a page and a client for terminals.

The folder can be omitted if the current one is empty or has a package.json or a document.
Existing files are kept and listed; an existing package.json is completed. Handlers are written
only once: after that they are yours, and posted generate does not touch them.`,
  options: {
    example: { value: 'NAME', description: [`create an example: ${examples.join(', ')}`] },
    client: { description: ["create a client of somebody else's server, and a server to test it against"] },
    durable: { description: ['create the example with bids that survive a crash, in a database'] },
    ...loadOptions,
    ...helpOption,
  },
  examples: [
    'posted init my-auction',
    'posted init my-auction --durable',
    'posted init my-project asyncapi.yaml',
    'posted init my-client exchange.yaml --client',
    'posted init . --example auction',
  ],

  async run(args) {
    const { folder, document } = readOperands(args.operands);
    const example = args.valueOf('example');
    if (example !== undefined && document !== null) {
      throw new UsageError('--example and a document exclude each other.');
    }
    const isDurable = args.has('durable');
    if (isDurable && document !== null) {
      throw new UsageError(
        '--durable is for the example. In a document of your own, x-delivery makes messages durable.',
      );
    }
    const isClient = args.has('client');
    if (isClient && (isDurable || example !== undefined)) {
      throw new UsageError('--client is for the document of a server, not for an example.');
    }
    const chosen = example === undefined ? null : choiceOf('example', example, examples);
    const source = { document, example: isDurable ? 'auction-durable' : chosen, isClient } as const;
    // Imported on demand, because it takes a while to load.
    const { initProject } = await import('./init/init-project.ts');
    await initProject(folder, source, readLoadOptions(args));
    return 0;
  },
};

interface Operands {
  readonly folder: string;
  readonly document: string | null;
}

/** @throws UsageError */
function readOperands(operands: readonly string[]): Operands {
  const [first, second, ...more] = operands;
  if (more.length > 0) throw new UsageError('Too many arguments: init takes a folder and a document.');
  if (first !== undefined && (second !== undefined || !isDocument.test(first))) {
    return { folder: first, document: second ?? null };
  }
  if (!isProjectFolder('.')) {
    throw new UsageError('Missing project folder: name a new one, or use . for the current folder.');
  }
  return { folder: '.', document: first ?? null };
}

const isDocument = /\.(json|ya?ml)$/;

/** Whether a project can be created in a folder without doing harm to anything else in it. */
function isProjectFolder(folder: string): boolean {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.length === 0 || names.some((name) => name === 'package.json' || isContract.test(name));
}

const isContract = /^asyncapi\.(json|ya?ml)$/;
