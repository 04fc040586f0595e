import type { Command } from './command.ts';
import { loadOptions } from './generate.ts';
import { helpOption, UsageError } from './options.ts';

export const initCommand: Command = {
  name: 'init',
  operands: '<dir> [document]',
  summary: 'begin a project that runs, for a document of yours or an example',
  about: `Writes a small project: the AsyncAPI document (the one that is named, with all that it refers to,
or else the asyncapi.yaml that is there, or else an example), the code that is generated from it,
a server with an example handler for every channel, a client, a test, and the scripts to run them.
A file that is there already is kept, and named; a package.json that is there is completed.
Handlers are written once: from then on they are yours, and generate never touches them.`,
  options: { ...loadOptions, ...helpOption },
  examples: [
    'posted init my-project',
    'posted init my-project asyncapi.yaml',
    'npm i posted && npx posted init .',
  ],

  async run(given) {
    const [folder, document, ...more] = given.operands;
    if (folder === undefined) throw new UsageError('The folder of the project is missing; . is this one.');
    if (more.length > 0) throw new UsageError('There is more than a folder and a document.');
    const { initProject } = await import('./init/init-project.ts');
    await initProject(folder, document ?? null, {
      allowRemote: given.has('allow-remote'),
      strict: given.has('strict'),
    });
    return 0;
  },
};
