import { File } from '@asyncapi/generator-react-sdk';
import { handlerTypes, handshakeType, hasMessages, typeParameters, usesModels } from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, propertyKey, separate, ts } from '#lib/source.mts';

/** handlers.ts: what hand-written code has to give for every channel. */
export default function handlers({ params: { contract } }) {
  return (
    <File name="handlers.ts">
      {ts`
        ${preamble(contract)}
        import type { ${handlerTypes(contract).join(', ')} } from 'posted/contract';
        ${usesModels(contract) ? "import type * as models from './models.ts';" : null}
        ${hasMessages(contract, 'send') ? "import type * as publishers from './publishers.ts';" : null}

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
  const members = [
    ...(channel.security.length > 0 ? [securityHooks(channel)] : []),
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

function securityHooks({ security }) {
  return ts`
    /** Each turns credentials into the user that they stand for, or throws \`unauthorized\`. */
    readonly security: {
      ${separate(security.map(securityHook))}
    };
  `;
}

function securityHook({ name, description }) {
  return ts`
    ${docComment(description, generatedFrom(`security scheme ${name}`))}
    ${propertyKey(name)}(credentials: BearerCredentials): User | Promise<User>;
  `;
}

function operationHandlers({ name, action, description, messages }) {
  return ts`
    ${docComment(description, generatedFrom(`operation ${name}`))}
    readonly ${propertyKey(name)}: {
      ${separate(messages.map(action === 'send' ? publisherHandler : messageHandler))}
    };
  `;
}

function publisherHandler({ name, publisher }) {
  return ts`
    ${docComment('Called once, at start, with the function that publishes this message.', generatedFrom(`message ${name}`))}
    ${propertyKey(name)}(publish: publishers.${publisher}<Session>): void;
  `;
}

function messageHandler({ name, description, type }) {
  return ts`
    ${docComment(description, generatedFrom(`message ${name}`))}
    ${propertyKey(name)}(message: ${type}, connection: Connection<Session>): void | Promise<void>;
  `;
}
