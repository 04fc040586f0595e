import { File } from '@asyncapi/generator-react-sdk';
import { messagesOf } from '#lib/contract.mts';
import {
  docComment,
  enclose,
  generatedFrom,
  preamble,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '#lib/source.mts';

/** channels.ts: the descriptor of every channel, and the contract that is made of them. */
export default function channels({ params: { contract } }) {
  return (
    <File name="channels.ts">
      {ts`
        ${preamble(contract)}
        import type { ChannelDescriptor, Contract } from 'posted/contract';
        import type { Handlers } from './handlers.ts';
        import * as validators from './validators.js';

        ${separate(contract.channels.map(descriptor))}

        ${docComment(
          `${contract.title} ${contract.version}: every channel, to be served with the handlers that its type asks for.`,
        )}
        export const contract: Contract<Handlers> = {
          title: ${stringLiteral(contract.title)},
          version: ${stringLiteral(contract.version)},
          channels: ${enclose('{', contract.channels.map(member), '}')},
        };

      `}
    </File>
  );
}

function descriptor(channel) {
  return ts`
    ${docComment(channel.description, generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier} = {
      name: ${stringLiteral(channel.name)},
      address: ${stringLiteral(channel.address)},
      description: ${stringLiteral(channel.description)},
      parameters: ${guard(channel.parameters)},
      query: ${guard(channel.query)},
      security: ${enclose('[', channel.security.map(securityScheme), ']')},
      send: ${enclose('[', messagesOf(channel, 'send').map(message), ']')},
      receive: ${enclose('[', messagesOf(channel, 'receive').map(message), ']')},
      resume: ${resume(channel)},
    } as const satisfies ChannelDescriptor;
  `;
}

function resume({ resume: names }) {
  if (names === null) return 'undefined';
  return enclose(
    '{',
    Object.entries(names).map(([role, name]) => `${role}: ${stringLiteral(name)}`),
    '}',
  );
}

function securityScheme({ name, type, scheme }) {
  return `{ name: ${stringLiteral(name)}, type: ${stringLiteral(type)}, scheme: ${stringLiteral(scheme)} }`;
}

function message([operation, { name, contentType, tag, guard: messageGuard }]) {
  return ts`
    {
      operation: ${stringLiteral(operation.name)},
      name: ${stringLiteral(name)},
      contentType: ${stringLiteral(contentType)},
      tag: ${tag === null ? 'undefined' : `{ property: ${stringLiteral(tag.property)}, value: ${stringLiteral(tag.value)} }`},
      guard: validators.${messageGuard},
    }
  `;
}

function member({ name, identifier }) {
  return name === identifier ? name : `${propertyKey(name)}: ${identifier}`;
}

function guard(use) {
  return use === null ? 'undefined' : `validators.${use.guard}`;
}
