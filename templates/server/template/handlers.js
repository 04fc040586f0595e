import { File } from '@asyncapi/generator-react-sdk';
import {
  credentialsType,
  handlerReturnType,
  handlerSignatureTypes,
  handlerTypes,
  handshakeType,
  schemesOf,
  sendsAnything,
  typeParameters,
  usesModels,
} from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, propertyKey, separate, ts } from '#lib/source.mts';

/** handlers.ts: the interfaces of each channel's handlers. */
export default function handlers({ params: { contract, extension } }) {
  return (
    <File name="handlers.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        import type { ${handlerTypes(contract).join(', ')} } from 'posted/server';
        ${usesModels(handlerSignatureTypes(contract)) ? `import type * as models from './models.${extension}';` : null}
        ${sendsAnything(contract) ? `import type * as publishers from './publishers.${extension}';` : null}

        ${separate(contract.channels.map(channelHandlers))}

        /** The handlers of all channels, which a server of the contract requires. */
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
    ...(schemes.length > 0 ? [securityMember(schemes)] : []),
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
       * refuses the handshake.
       */
      accept(
        handshake: ${handshakeType(channel)},
      ): Session | Promise<Session>;
    `,
    ts`
      /** Called when the connection is open, before its first message is handled. */
      opened(connection: Connection<Session>): void;
    `,
    ts`
      /** Called when the send buffer is empty again after the client could not keep up. */
      drained?(connection: Connection<Session>): void;
    `,
    ts`
      /** Called once for every session that \`accept\` returned, even if the connection never opened. */
      closed(session: Session, closed: Closed): void;
    `,
  ];
}

function securityMember(schemes) {
  return ts`
    /** Each function returns the user of the credentials, or throws a PostedError with the code \`unauthorized\`. */
    readonly security: {
      ${separate(schemes.map(schemeMember))}
    };
  `;
}

function schemeMember(scheme) {
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
  const [name, effect] =
    reply === null
      ? ['publish', 'publishes this message']
      : ['request', 'sends this message to a connection and resolves with the reply'];
  return ts`
    ${docComment(`Called once at start with the function that ${effect}.`, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(${name}: publishers.${publisher}<Session>): void;
  `;
}

function messageHandler({ message }, operation) {
  const replyNote = operation.reply === null ? '' : 'The returned value is sent as the reply.';
  return ts`
    ${docComment(message.description, replyNote, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(message: ${message.type}, connection: Connection<Session>): ${handlerReturnType(operation)};
  `;
}
