import { GenerationError } from '../contract/generation-error.ts';
import type { Command } from './command.ts';
import { explain } from './explain.ts';
import { loadOptions } from './generate.ts';
import { helpOption, UsageError } from './options.ts';
import { complain, quietReporter } from './reporter.ts';

export const validateCommand: Command = {
  name: 'validate',
  operands: '<document>... [options]',
  summary: 'check AsyncAPI documents and write nothing',
  about: `Checks that code can be generated from AsyncAPI documents. Each problem is one line:
file:line:column  pointer  what is wrong; how to mend it. Of a document without problems it prints
the channels, and what the server sends and receives there.`,
  options: { ...loadOptions, ...helpOption },
  examples: ['posted validate asyncapi.yaml', 'posted validate contracts/*.yaml --strict'],

  async run(given) {
    const { operands } = given;
    if (operands.length === 0) throw new UsageError('The AsyncAPI document is missing.');
    const { loadContracts } = await import('../generate-files.ts');
    const { renderSummary } = await import('./summary.ts');
    const options = { allowRemote: given.has('allow-remote'), strict: given.has('strict') };
    let code = 0;
    for (const asyncapi of operands) {
      try {
        const { websocket } = await loadContracts({ asyncapi, openapi: null }, options, quietReporter);
        process.stdout.write(renderSummary(asyncapi, websocket.model));
      } catch (thrown) {
        if (!(thrown instanceof GenerationError)) throw thrown;
        const { text, exitCode } = explain(thrown);
        complain(text);
        code = exitCode;
      }
    }
    return code;
  },
};
