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
import {
  docComment,
  generatedFrom,
  preamble,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '#lib/source.mts';

/** handlers.ts: what hand-written code has to give for every channel. */
export default function handlers({ params: { contract, runtime, extension } }) {
  return (
    <File name="handlers.ts">
      {ts`
        ${preamble(contract)}
        import type { ${handlerTypes(contract).join(', ')} } from ${stringLiteral(runtime.server)};
        ${namesModels(handlerModels(contract)) ? `import type * as models from './models.${extension}';` : null}
        ${sendsAnything(contract) ? `import type * as publishers from './publishers.${extension}';` : null}

        ${separate(contract.channels.map(channelHandlers))}

        /** What serving the contract takes: the handlers of every channel. */
        export interface Handlers {
          ${contract.channels.map(({ name, typeName }) => `readonly ${propertyKey(name)}: ${typeName}Handlers;`)}
        }

      `}
    </File>
  );
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
       * Called before the upgrade. What it returns becomes the connection's session; what it throws
       * refuses the connection.
       */
      accept(
        handshake: ${handshakeType(channel)},
      ): Session | Promise<Session>;
    `,
    ts`
      /** Called when the connection is open, before any of its messages. */
      opened(connection: Connection<Session>): void;
    `,
    ts`
      /** Called when the socket has taken all that was sent to it, after it could not: there is room again. */
      drained?(connection: Connection<Session>): void;
    `,
    ts`
      /** Called once for every session that \`accept\` returned, also if the connection was never opened. */
      closed(session: Session, closed: Closed): void;
    `,
  ];
}

function securityHooks(schemes) {
  return ts`
    /** Each turns credentials into the user that they stand for, or throws \`unauthorized\`. */
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
      : ['request', 'sends this message to a connection and waits for its answer'];
  return ts`
    ${docComment(`Called once, at start, with the function that ${what}.`, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(${name}: publishers.${publisher}<Session>): void;
  `;
}

function messageHandler({ message }, operation) {
  const answer = operation.reply === null ? '' : 'What it returns is sent as the answer.';
  return ts`
    ${docComment(message.description, answer, generatedFrom(`message ${message.name}`))}
    ${propertyKey(message.name)}(message: ${message.type}, connection: Connection<Session>): ${handledType(operation)};
  `;
}
