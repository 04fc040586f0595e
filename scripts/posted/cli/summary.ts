import type { ChannelModel, ContractModel, OperationModel } from '../asyncapi/contract-model.ts';

/** What a contract says, at a glance. */
export function renderSummary(file: string, { title, version, channels }: ContractModel): string {
  return [`${file}: ${title} ${version}`, ...channels.flatMap(channelLines)]
    .map((line) => `${line}\n`)
    .join('');
}

function channelLines({ name, address, security, operations }: ChannelModel): readonly string[] {
  const schemes = security.map((scheme) => scheme.name);
  const access = schemes.length === 0 ? 'open to everyone' : `with ${schemes.join(' or ')}`;
  return [`  ${address}  ${name}, ${access}`, ...operations.map(operationLine)];
}

function operationLine({ name, action, messages, reply }: OperationModel): string {
  const names = messages.map(({ message }) => message.name).join(', ');
  const answers = reply === null ? '' : ` -> ${reply.map((message) => message.name).join(', ')}`;
  return `    ${action.padEnd('receive'.length)}  ${name}: ${names}${answers}`;
}
