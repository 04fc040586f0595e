import { existsSync } from 'node:fs';
import { type Command, helpOption, loadOptions, readLoadOptions, UsageError } from './command.ts';
import { documentIn } from './init/document-in.ts';

export const devCommand: Command = {
  name: 'dev',
  operands: '[document] [options]',
  summary: 'generate, check types and restart the server after each change',
  description: `Runs a project while you work on it, until Ctrl-C: generates code when the contract changes, checks
types, restarts the server, and shows the state of the three on one screen with the errors that
need your attention. Until errors are fixed, the running server stays as it is.

The document defaults to the asyncapi.yaml (or .yml, .json) in the current folder. The server
gets the variables in .env.`,
  options: {
    out: { value: 'DIR', description: ['folder of the generated code (default: generated)'] },
    start: { value: 'FILE', description: ['file that starts the server (default: src/start.ts)'] },
    ...loadOptions,
    ...helpOption,
  },
  examples: ['posted dev', 'posted dev asyncapi.yaml --start src/server.ts'],

  async run(args) {
    const [document = documentIn('.'), ...more] = args.operands;
    if (more.length > 0) throw new UsageError('Too many arguments: dev takes one document.');
    if (document === undefined)
      throw new UsageError('Missing AsyncAPI document: the folder has no asyncapi.yaml.');
    const entry = args.valueOf('start') ?? 'src/start.ts';
    if (!existsSync(entry))
      throw new UsageError(`${entry} does not exist: --start names the file that starts the server.`);
    const stopped = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
    // Imported on demand, because the generator takes a while to load.
    const { develop } = await import('./dev/dev-session.ts');
    const out = args.valueOf('out') ?? 'generated';
    await develop({ ...readLoadOptions(args), document, out, entry }, stopped.signal);
    return 0;
  },
};
