import { File } from '@asyncapi/generator-react-sdk';
import { stringList } from '#lib/contract.mts';
import {
  docComment,
  enclose,
  generatedFrom,
  literal,
  preamble,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '#lib/source.mts';

/** channels.ts: the descriptor of every channel, and the contract that is made of them. */
export default function channels({ params: { contract, runtime, extension } }) {
  return (
    <File name="channels.ts">
      {ts`
        ${preamble(contract)}
        import type { ChannelDescriptor, Contract } from ${stringLiteral(runtime.contract)};
        import type { Handlers } from './handlers.${extension}';
        ${usesGuards(contract) ? `import * as validators from './validators.${extension}';` : null}

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

function usesGuards({ channels: all }) {
  return all.some(
    ({ parameters, query, headers, send, receive }) =>
      parameters !== null ||
      query !== null ||
      headers !== null ||
      [...send, ...receive].some((sent) => sent.guard !== null),
  );
}

function descriptor(channel) {
  return ts`
    ${docComment(channel.description, generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier} = {
      name: ${stringLiteral(channel.name)},
      address: ${stringLiteral(channel.address)},
      description: ${stringLiteral(channel.description)},
      servers: ${enclose('[', channel.servers.map(server), ']')},
      parameters: ${guard(channel.parameters)},
      parameterDefaults: ${record(Object.entries(channel.parameterDefaults).map(([name, text]) => [name, stringLiteral(text)]))},
      query: ${guard(channel.query)},
      headers: ${guard(channel.headers)},
      headerNames: ${stringList(channel.headerNames)},
      security: ${schemes(channel.security)},
      send: ${enclose('[', channel.send.map(message), ']')},
      receive: ${enclose('[', channel.receive.map(message), ']')},
      operations: ${enclose('[', channel.operations.map(operation), ']')},
      resume: ${resume(channel)},
    } as const satisfies ChannelDescriptor;
  `;
}

function server({ name, protocol, host, pathname, variables }) {
  const described = variables.map(({ name: variable, values, default: text }) => [
    variable,
    `{ values: ${stringList(values)}, default: ${text === null ? 'undefined' : stringLiteral(text)} }`,
  ]);
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      `protocol: ${stringLiteral(protocol)}`,
      `host: ${stringLiteral(host)}`,
      `pathname: ${stringLiteral(pathname)}`,
      `variables: ${record(described)}`,
    ],
    '}',
  );
}

function schemes(security) {
  return enclose('[', security.map(scheme), ']');
}

function scheme({ name, credentials, in: place, parameter, scopes }) {
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      `credentials: ${stringLiteral(credentials)}`,
      `in: ${stringLiteral(place)}`,
      `parameter: ${stringLiteral(parameter)}`,
      `scopes: ${stringList(scopes)}`,
    ],
    '}',
  );
}

function message({ name, contentType, encoding, tag, guard: messageGuard, correlationId }) {
  return ts`
    {
      name: ${stringLiteral(name)},
      contentType: ${stringLiteral(contentType)},
      encoding: ${stringLiteral(encoding)},
      tag: ${tag === null ? 'undefined' : `{ path: ${stringList(tag.path)}, values: ${enclose('[', tag.values.map(literal), ']')} }`},
      guard: ${messageGuard === null ? 'undefined' : `validators.${messageGuard}`},
      correlationId: ${correlationId === null ? 'undefined' : stringList(correlationId)},
    }
  `;
}

function operation({ name, action, messages, reply, security }) {
  return enclose(
    '{',
    [
      `name: ${stringLiteral(name)}`,
      `action: ${stringLiteral(action)}`,
      `messages: ${stringList(messages.map((own) => own.message.name))}`,
      `reply: ${reply === null ? 'undefined' : stringList(reply.map((answer) => answer.name))}`,
      `security: ${schemes(security)}`,
    ],
    '}',
  );
}

function resume({ resume: names }) {
  if (names === null) return 'undefined';
  return record(Object.entries(names).map(([role, name]) => [role, stringLiteral(name)]));
}

function record(entries) {
  return enclose(
    '{',
    entries.map(([key, value]) => `${propertyKey(key)}: ${value}`),
    '}',
  );
}

function member({ name, identifier }) {
  return name === identifier ? name : `${propertyKey(name)}: ${identifier}`;
}

function guard(use) {
  return use === null ? 'undefined' : `validators.${use.guard}`;
}
