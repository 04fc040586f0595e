import type { ChannelModel, ContractModel, OperationModel } from '../asyncapi/contract-model.ts';
import { GenerationError } from '../contract/generation-error.ts';
import { loadContracts } from '../generate-files.ts';
import { printable } from '../source/printable.ts';
import { type Command, helpOption, loadOptions, readLoadOptions, UsageError } from './command.ts';
import { print, quietReporter, reportError } from './reporter.ts';

export const validateCommand: Command = {
  name: 'validate',
  operands: '<document>... [options]',
  summary: 'check AsyncAPI documents without writing anything',
  description: `Checks whether code can be generated from AsyncAPI documents. Each problem is one line:
file:line:column  pointer  what is wrong; how to fix it. For a valid document, validate prints
its channels and the messages that the server sends and receives on them.`,
  options: { ...loadOptions, ...helpOption },
  examples: ['posted validate asyncapi.yaml', 'posted validate contracts/*.yaml --strict'],

  async run(args) {
    const { operands } = args;
    if (operands.length === 0) throw new UsageError('Missing AsyncAPI document.');
    const options = readLoadOptions(args);
    let exitCode = 0;
    for (const asyncapi of operands) {
      try {
        const { websocket } = await loadContracts({ asyncapi, openapi: null }, options, quietReporter);
        print(renderSummary(asyncapi, websocket.model));
      } catch (thrown) {
        if (!(thrown instanceof GenerationError)) throw thrown;
        exitCode = reportError(thrown);
      }
    }
    return exitCode;
  },
};

function renderSummary(file: string, { title, version, channels }: ContractModel): string {
  return [`${file}: ${title} ${version}`, ...channels.flatMap(channelLines)].map(printable).join('\n');
}

function channelLines({ name, address, security, operations }: ChannelModel): readonly string[] {
  const schemes = security.map((scheme) => scheme.name);
  const access = schemes.length === 0 ? 'no authentication' : `requires ${schemes.join(' or ')}`;
  return [`  ${address}  ${name}, ${access}`, ...operations.map(operationLine)];
}

function operationLine({ name, action, messages, reply }: OperationModel): string {
  const names = messages.map(({ message }) => message.name).join(', ');
  const replies = reply === null ? '' : ` -> ${reply.map((message) => message.name).join(', ')}`;
  return `    ${action.padEnd('receive'.length)}  ${name}: ${names}${replies}`;
}
