import type { ContractNode } from '../contract/contract-node.ts';
import { checkFields } from '../contract/fields.ts';
import type { SchemaSet } from '../schemas/schema-set.ts';
import { camelCase, Names, pascalCase } from '../source/identifiers.ts';
import * as fields from './asyncapi-fields.ts';
import {
  checkOverlaps,
  checkServer,
  readAddress,
  readParameters,
  readQuery,
  readSecurity,
  serversOf,
} from './channels.ts';
import type { ChannelModel, ContractModel } from './contract-model.ts';
import { checkMessage, readMessage, tagMessages } from './messages.ts';
import { checkUse, readOperations } from './operations.ts';
import { readResume } from './resume.ts';

/** What the contract says. Whatever is not supported is reported, and never left out in silence. */
export function readAsyncapi(root: ContractNode, schemas: SchemaSet): ContractModel {
  for (const server of root.get('servers')?.items ?? []) checkServer(server);
  for (const message of messagesIn(root)) checkMessage(message, schemas, root.text('defaultContentType'));
  const operations = readOperations(root);
  const channels = root.get('channels')?.entries ?? [];
  if (channels.length === 0) root.reportAt('channels', 'the contract has no channel', 'describe one');
  checkOverlaps(channels.map(([, channel]) => channel));

  // What generated files call other things in the scopes where these names stand.
  const identifiers = new Names(['channels', 'contract', 'models', 'validators']);
  const typeNames = new Names();
  const publishers = new Names(['Publish']);

  return {
    file: root.document.name,
    title: root.get('info')?.text('title') ?? '',
    version: root.get('info')?.text('version') ?? '',
    channels: channels.map(([name, channel]): ChannelModel => {
      checkFields(channel, fields.channelFields);
      const own = operations.filter((operation) => operation.channel === name);
      checkUse(channel, own);
      const tags = { send: tagMessages(own, 'send', schemas), receive: tagMessages(own, 'receive', schemas) };
      const typeName = typeNames.claim(pascalCase(name));
      return {
        name,
        identifier: identifiers.claim(camelCase(name)),
        typeName,
        address: readAddress(channel),
        description: describe(channel),
        parameters: readParameters(name, channel, schemas),
        query: readQuery(name, channel, schemas),
        security: readSecurity(channel, serversOf(root, channel)),
        resume: readResume(channel, own),
        operations: own.map(({ name: operation, action, node, messages }) => ({
          name: operation,
          action,
          description: describe(node),
          messages: messages.map(([message, messageNode]) => ({
            ...readMessage(message, messageNode, schemas),
            tag: tags[action].get(message) ?? null,
            publisher:
              action === 'send'
                ? publishers.claim(
                    `Publish${pascalCase(message)}`,
                    `Publish${typeName}${pascalCase(message)}`,
                  )
                : null,
          })),
        })),
      };
    }),
  };
}

/** Every message of the contract, once. */
function messagesIn(root: ContractNode): readonly ContractNode[] {
  const ofChannels = (root.get('channels')?.items ?? []).flatMap(
    (channel) => channel.get('messages')?.items ?? [],
  );
  const messages = [...ofChannels, ...(root.get('components', 'messages')?.items ?? [])];
  return [...new Map(messages.map((message) => [message.pointer, message])).values()];
}

function describe(node: ContractNode): string {
  return node.text('description') || node.text('summary') || node.text('title');
}
