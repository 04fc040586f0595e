import { File } from '@asyncapi/generator-react-sdk';
import {
  credentialsType,
  handledType,
  handlerModels,
  handlerTypes,
  handshakeType,
  namesModels,
  schemesOf,
  sendsAnything,
  typeParameters,
} from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, propertyKey, separate, ts } from '#lib/source.mts';

/** handlers.ts: the handlers that each channel needs. */
export default function handlers({ params: { contract, extension } }) {
  return (
    <File name="handlers.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        import type { ${handlerTypes(contract).join(', ')} } from 'posted/server';
        ${namesModels(handlerModels(contract)) ? `import type * as models from './models.${extension}';` : null}
        ${sendsAnything(contract) ? `import type * as publishers from './publishers.${extension}';` : null}

        ${separate(contract.channels.map(channelHandlers))}

        /** The handlers of every channel: all that a server of the contract needs. */
        export interface Handlers {
          ${separate(contract.channels.map(handlersMember))}
        }

      `}
    </File>
  );
}

function handlersMember({ name, typeName }) {
  return ts`
    ${docComment(generatedFrom(`channel ${name}`))}
    readonly ${propertyKey(name)}: ${typeName}Handlers;
  `;
}

function channelHandlers(channel) {
  const schemes = schemesOf(channel);
  const members = [
    ...(schemes.length > 0 ? [securityHooks(schemes)] : []),
    ...connectionHandlers(channel),
    ...channel.operations.map(operationHandlers),
  ];
  return ts`
    ${docComment(channel.description, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Handlers${typeParameters(channel)} {
      ${separate(members)}
    }
  `;
}

function connectionHandlers(channel) {
  return [
    ts`
      /**
       * Called before the upgrade. The returned value becomes the connection's session. A thrown error
       * refuses the connection.
       */
      accept(
        handshake: ${handshakeType(channel)},
      ): Session | Promise<Session>;
    `,
    ts`
      /** Called when the connection is open, before its first message. */
      opened(connection: Connection<Session>): void;
    `,
    ts`
      /** Called when the send buffer is empty again after the socket could not keep up. */
      drained?(connection: Connection<Session>): void;
    `,
    ts`
      /** Called once for every session that \`accept\` returned, even if the connection never opened. */
      closed(session: Session, closed: Closed): void;
    `,
  ];
}

function securityHooks(schemes) {
  return ts`
    /** Each hook returns the user that the credentials belong to, or throws \`unauthorized\`. */
    readonly security: {
      ${separate(schemes.map(securityHook))}
    };
  `;
}

function securityHook(scheme) {
  return ts`
    ${docComment(scheme.description, generatedFrom(`security scheme ${scheme.name}`))}
    ${propertyKey(scheme.name)}(credentials: ${credentialsType(scheme)}): User | Promise<User>;
  `;
}

function operationHandlers(operation) {
  const { name, action, description, messages } = operation;
  const handler = action === 'send' ? publisherHandler : messageHandler;
  return ts`
    ${docComment(description, generatedFrom(`operation ${name}`))}
    readonly ${propertyKey(name)}: {
      ${separate(messages.map((message) => handler(message, operation)))}
    };
  `;
}

function publisherHandler({ message, publisher }, { reply }) {
  const [name, what] =
    reply === null
      ? ['publish', 'publishes this message']
      : ['request', 'sends this message to a connection and resolves with the reply'];
  return ts`
    ${docComment(`Called once at start with the function that ${what}.`, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(${name}: publishers.${publisher}<Session>): void;
  `;
}

function messageHandler({ message }, operation) {
  const answer = operation.reply === null ? '' : 'The returned value is sent as the reply.';
  return ts`
    ${docComment(message.description, answer, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(message: ${message.type}, connection: Connection<Session>): ${handledType(operation)};
  `;
}
