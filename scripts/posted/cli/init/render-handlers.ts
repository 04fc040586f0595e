import type { SecurityModel } from '../../asyncapi/contract-model.ts';
import {
  docComment,
  propertyKey,
  separate,
  stringLiteral,
  ts,
  valueSource,
} from '../../source/typescript-source.ts';
import type { ChannelPlan, MessagePlan, OperationPlan, ProjectPlan } from './project-plan.ts';
import { verifierOf } from './render-users.ts';

/** The text of src/handlers/<channel>.ts: example handlers for the user to change. */
export function renderHandlers(plan: ChannelPlan, { secrets }: ProjectPlan): string {
  const { channel, factory, security, operationSecurity } = plan;
  const schemes = [...security, ...operationSecurity];
  const session = sessionMembers(plan);
  const sends = messagesOf(plan, 'send');
  const types = `<${schemes.length > 0 ? 'User' : 'undefined'}, Session>`;
  const values = [channel.parameters, channel.query, channel.headers].filter((use) => use !== null);
  return ts`
    import type { Connection } from 'posted/server';
    import type { ${channel.typeName}Handlers } from '../../generated/asyncapi/handlers.ts';
    ${values.length > 0 ? "import type * as models from '../../generated/asyncapi/models.ts';" : null}
    ${sends.length > 0 ? "import type * as publishers from '../../generated/asyncapi/publishers.ts';" : null}
    ${schemes.length > 0 ? `import { ${usersImports(schemes)} } from '../users.ts';` : null}

    /** The state of a connection, available to every handler. */
    interface Session {
      ${session.map(([name, type]) => `readonly ${name}: ${type};`)}
    }

    ${docComment(channel.description, '`log` receives one line per event.')}
    export function ${factory}(log: (line: string) => void): ${channel.typeName}Handlers${types} {
      const connections = new Set<Connection<Session>>();
      ${sends.map(({ variable, publisher }) => `let ${variable}: publishers.${publisher}<Session> | undefined;`)}

      return {
        ${schemes.length === 0 ? null : securityMember(schemes, secrets)}
        accept: ({ ${acceptParameters(plan).join(', ')} }) => ({ ${session.map(([name]) => (name === 'user' ? 'user: principal' : name)).join(', ')} }),

        opened(connection) {
          connections.add(connection);
          log(\`${quoted(channel.name)}: \${connection.id} is open\`);
          ${sendExamples(plan)}
        },

        closed(session, { code }) {
          for (const connection of connections) {
            if (connection.session === session) connections.delete(connection);
          }
          log(\`${quoted(channel.name)}: \${session.id} is closed (\${code})\`);
        },

        ${separate(plan.operations.map((operation) => operationHandlers(operation, plan)))}
      };
    }

  `;
}

export function messagesOf(plan: ChannelPlan, action: 'send' | 'receive'): readonly MessagePlan[] {
  return plan.operations
    .filter(({ operation }) => operation.action === action)
    .flatMap(({ messages }) => messages);
}

/** The messages that the example sends to each new connection, in order. */
export function greetingsOf({ channel, operations }: ChannelPlan): readonly MessagePlan[] {
  const { ready, checkpoint, reset, bye } = channel.resume ?? {};
  const ofRuntime = new Set([ready, checkpoint, reset, bye]);
  return operations
    .filter(({ operation }) => operation.action === 'send' && operation.reply === null)
    .flatMap(({ messages }) => messages)
    .filter(({ message, sample }) => sample !== undefined && !ofRuntime.has(message.name));
}

/** The requests that the example sends to each new connection. */
export function serverRequestsOf({ operations }: ChannelPlan): readonly OperationPlan[] {
  return operations.filter(
    ({ operation, messages, reply }) =>
      operation.action === 'send' &&
      reply !== undefined &&
      messages.some(({ sample }) => sample !== undefined),
  );
}

function sessionMembers({
  channel,
  security,
  operationSecurity,
}: ChannelPlan): readonly (readonly [name: string, type: string])[] {
  const { parameters, query, headers } = channel;
  const isAuthenticated = security.length > 0;
  return [
    ['id', 'string'],
    ...(isAuthenticated ? [['user', 'User'] as const] : []),
    ...(!isAuthenticated && operationSecurity.length > 0 ? [['user', 'User | undefined'] as const] : []),
    ...(parameters === null ? [] : [['parameters', parameters.filledType] as const]),
    ...(query === null ? [] : [['query', query.filledType] as const]),
    ...(headers === null ? [] : [['headers', headers.filledType] as const]),
  ];
}

/** The members of the handshake from which `accept` creates the session. */
function acceptParameters(plan: ChannelPlan): readonly string[] {
  return sessionMembers(plan).map(([name]) => (name === 'user' ? 'principal' : name));
}

function usersImports(schemes: readonly SecurityModel[]): string {
  return ['type User', ...new Set(schemes.map(verifierOf))].join(', ');
}

function securityMember(schemes: readonly SecurityModel[], secrets: ReadonlyMap<string, string>): string {
  return ts`
    security: {
      ${schemes.map((scheme) => `${propertyKey(scheme.name)}: ${verifierOf(scheme)}(${stringLiteral(secrets.get(scheme.name) ?? '')}),`)}
    },
  `;
}

function sendExamples(plan: ChannelPlan): string {
  const requests = serverRequestsOf(plan).flatMap(({ operation, messages }) =>
    messages
      .filter(({ sample }) => sample !== undefined)
      .slice(0, 1)
      .map((message) => sendRequest(operation.name, message, plan)),
  );
  const greetings = greetingsOf(plan).map(
    ({ variable, sample }) => `${variable}?.(${valueSource(sample)}, [connection]);`,
  );
  if (requests.length + greetings.length === 0) return '';
  return ts`
    // Sends the contract's examples as a demonstration. Replace this with the events of your application.
    ${[...greetings, ...requests]}
  `;
}

function sendRequest(operation: string, { variable, sample }: MessagePlan, { channel }: ChannelPlan): string {
  const prefix = quoted(`${channel.name}: ${operation}`);
  return ts`
    ${variable}?.(${valueSource(sample)}, connection).then(
      () => log(\`${prefix} was answered\`),
      (thrown: unknown) => log(\`${prefix} failed: \${thrown}\`),
    );
  `;
}

function operationHandlers(plan: OperationPlan, { channel }: ChannelPlan): string {
  const { operation, messages } = plan;
  const handlers = messages.map((message) => {
    const key = propertyKey(message.message.name);
    if (operation.action === 'send') {
      const send = operation.reply === null ? 'publish' : 'request';
      return ts`
        ${key}(${send}) {
          ${message.variable} = ${send};
        },
      `;
    }
    return ts`
      ${key}(_message, connection) {
        log(\`${quoted(`${channel.name}: received ${message.message.name}`)} from \${connection.id}\`);
        ${operation.reply === null ? null : returnReply(plan)}
      },
    `;
  });
  return ts`
    ${propertyKey(operation.name)}: {
      ${separate(handlers)}
    },
  `;
}

function returnReply({ reply, replyValue }: OperationPlan): string {
  return reply === undefined
    ? "throw new Error('Return a reply here: the contract has no example of one.');"
    : `return ${valueSource(replyValue)};`;
}

/** Escapes text for a template literal. */
function quoted(text: string): string {
  return text.replaceAll(/[`\\]|\$\{/g, '\\$&');
}
