import { type Command, helpOption, loadOptions, readLoadOptions, UsageError } from './command.ts';

export const initCommand: Command = {
  name: 'init',
  operands: '<dir> [document] [options]',
  summary: 'create a project from your document or an example',
  description: `Creates a small project that runs: the AsyncAPI document with every file that it references, the
code generated from it, a server with an example handler for each channel, a client, a test, and
the npm scripts to run them. Without a document, init uses the asyncapi.yaml (or .yml, .json) in
the folder or, if there is none, an example.

Existing files are kept and listed; an existing package.json is completed. Handlers are written
only once: after that they are yours, and posted generate does not touch them.`,
  options: { ...loadOptions, ...helpOption },
  examples: [
    'posted init my-project',
    'posted init my-project asyncapi.yaml',
    'npm i -D @posted/cli && npx posted init .',
  ],

  async run(args) {
    const [folder, document, ...more] = args.operands;
    if (folder === undefined) throw new UsageError('Missing project folder: use . for the current folder.');
    if (more.length > 0) throw new UsageError('Too many arguments: init takes a folder and a document.');
    // Imported on demand, because it takes a while to load.
    const { initProject } = await import('./init/init-project.ts');
    await initProject(folder, document ?? null, readLoadOptions(args));
    return 0;
  },
};
