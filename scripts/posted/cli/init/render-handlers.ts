import type { SecurityModel } from '../../asyncapi/contract-model.ts';
import {
  docComment,
  propertyKey,
  separate,
  stringLiteral,
  ts,
  valueSource,
} from '../../source/typescript-source.ts';
import type { ChannelPlan, MessagePlan, OperationPlan, ProjectPlan } from './plan.ts';

/** The text of src/handlers/<channel>.ts: example handlers, for their owner to change. */
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

    /** What the server knows of a connection. */
    interface Session {
      ${session.map(([name, type]) => `readonly ${name}: ${type};`)}
    }

    ${docComment(channel.description, `\`log\` is told what happens.`)}
    export function ${factory}(log: (line: string) => void): ${channel.typeName}Handlers${types} {
      const connections = new Set<Connection<Session>>();
      ${sends.map(({ variable, publisher }) => `let ${variable}: publishers.${publisher}<Session> | undefined;`)}

      return {
        ${schemes.length === 0 ? null : securityHooks(schemes, secrets)}
        accept: ({ ${sessionSources(plan).join(', ')} }) => ({ ${session.map(([name]) => (name === 'user' ? 'user: principal' : name)).join(', ')} }),

        opened(connection) {
          connections.add(connection);
          log(\`${quoted(channel.name)}: \${connection.id} is open\`);
          ${greetings(plan)}
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

/** Messages that a new connection of the example is sent, in their order. */
export function greetingsOf({ channel, operations }: ChannelPlan): readonly MessagePlan[] {
  const { ready, checkpoint, reset, bye } = channel.resume ?? {};
  const own = new Set([ready, checkpoint, reset, bye]);
  return operations
    .filter(({ operation }) => operation.action === 'send' && operation.reply === null)
    .flatMap(({ messages }) => messages)
    .filter(({ message, sample }) => sample !== undefined && !own.has(message.name));
}

/** Operations with which the example asks a new connection. */
export function questionsOf({ operations }: ChannelPlan): readonly OperationPlan[] {
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
}: ChannelPlan): readonly (readonly [string, string])[] {
  const { parameters, query, headers } = channel;
  const isKnown = security.length > 0;
  return [
    ['id', 'string'],
    ...(isKnown ? [['user', 'User'] as const] : []),
    ...(!isKnown && operationSecurity.length > 0 ? [['user', 'User | undefined'] as const] : []),
    ...(parameters === null ? [] : [['parameters', parameters.filledType] as const]),
    ...(query === null ? [] : [['query', query.filledType] as const]),
    ...(headers === null ? [] : [['headers', headers.filledType] as const]),
  ];
}

/** What \`accept\` takes of a handshake. */
function sessionSources(plan: ChannelPlan): readonly string[] {
  return sessionMembers(plan).map(([name]) => (name === 'user' ? 'principal' : name));
}

function usersImports(schemes: readonly SecurityModel[]): string {
  return [...new Set([...schemes.map(({ credentials }) => hookOf(credentials)), 'type User'])].join(', ');
}

export function hookOf(credentials: SecurityModel['credentials']): string {
  return { bearer: 'checkToken', basic: 'checkPassword', apiKey: 'checkKey' }[credentials];
}

function securityHooks(schemes: readonly SecurityModel[], secrets: ReadonlyMap<string, string>): string {
  return ts`
    security: {
      ${schemes.map(({ name, credentials }) => `${propertyKey(name)}: ${hookOf(credentials)}(${stringLiteral(secrets.get(name) ?? '')}),`)}
    },
  `;
}

function greetings(plan: ChannelPlan): string {
  const asked = questionsOf(plan).flatMap(({ operation, messages }) =>
    messages
      .filter(({ sample }) => sample !== undefined)
      .slice(0, 1)
      .map((message) => ask(operation.name, message, plan)),
  );
  const sent = greetingsOf(plan).map(
    ({ variable, sample }) => `${variable}?.(${valueSource(sample)}, [connection]);`,
  );
  if (asked.length + sent.length === 0) return '';
  return ts`
    // The contract's examples, for something to be seen: whatever happens in your application belongs here.
    ${[...sent, ...asked]}
  `;
}

function ask(operation: string, { variable, sample }: MessagePlan, { channel }: ChannelPlan): string {
  const prefix = quoted(`${channel.name}: ${operation}`);
  return ts`
    ${variable}?.(${valueSource(sample)}, connection).then(
      () => log(\`${prefix} was answered\`),
      (thrown: unknown) => log(\`${prefix} was not answered: \${thrown}\`),
    );
  `;
}

function operationHandlers(planned: OperationPlan, { channel }: ChannelPlan): string {
  const { operation, messages } = planned;
  const handlers = messages.map((message) => {
    const key = propertyKey(message.message.name);
    if (operation.action === 'send') {
      const given = operation.reply === null ? 'publish' : 'request';
      return ts`
        ${key}(${given}) {
          ${message.variable} = ${given};
        },
      `;
    }
    const said = `log(\`${quoted(`${channel.name}: received ${message.message.name}`)} from \${connection.id}\`);`;
    return ts`
      ${key}(_message, connection) {
        ${said}
        ${operation.reply === null ? null : answer(planned)}
      },
    `;
  });
  return ts`
    ${propertyKey(operation.name)}: {
      ${separate(handlers)}
    },
  `;
}

function answer({ reply, answer: value }: OperationPlan): string {
  return reply === undefined
    ? "throw new Error('The contract has no example of an answer: write one.');"
    : `return ${valueSource(value)};`;
}

/** For the inside of a template literal. */
function quoted(text: string): string {
  return text.replaceAll(/[`\\]|\$\{/g, '\\$&');
}
