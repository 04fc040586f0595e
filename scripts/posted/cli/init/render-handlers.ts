import { contentOf } from '../../asyncapi/content.ts';
import type { MessageModel } from '../../asyncapi/contract-model.ts';
import {
  docComment,
  memberAccess,
  propertyKey,
  separate,
  ts,
  valueSource,
} from '../../source/typescript-source.ts';
import type { ChannelPlan, MessagePlan, OperationPlan } from './project-plan.ts';

/** The text of src/handlers/<channel>.ts: example handlers for the user to change. */
export function renderHandlers(plan: ChannelPlan): string {
  const { channel, factory, security, operationSecurity } = plan;
  const isAuthenticated = security.length + operationSecurity.length > 0;
  const received = plan.operations.filter(({ operation }) => operation.action === 'receive');
  return ts`
    import type { ${channel.typeName}Handlers } from '../../generated/asyncapi/handlers.ts';
    ${isAuthenticated ? "import type { User } from '../users.ts';" : null}

    ${docComment(channel.description, '`log` receives one line per event.')}
    export function ${factory}(log: (line: string) => void): ${channel.typeName}Handlers${isAuthenticated ? '<User>' : ''} {
      return {
        ${separate([
          openedHandler(plan),
          closedHandler(plan),
          ...received.map((operation) => operationHandler(operation, plan)),
        ])}
      };
    }

  `;
}

function openedHandler(plan: ChannelPlan): string {
  return ts`
    opened(connection) {
      log(\`${quoted(plan.channel.name)}: \${connection.id} is open\`);
      ${sendExamples(plan)}
    },
  `;
}

function closedHandler({ channel }: ChannelPlan): string {
  return ts`
    closed(connection, { code }) {
      log(\`${quoted(channel.name)}: \${connection.id} is closed (\${code})\`);
    },
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

function sendExamples(plan: ChannelPlan): string {
  const greetings = greetingsOf(plan).map(
    ({ message, sample }) =>
      `connection.send${memberAccess(message.senderName)}(${valueSource(contentOf(message, sample, false))});`,
  );
  const requests = serverRequestsOf(plan).map((request) => sendRequest(request, plan));
  if (requests.length + greetings.length === 0) return '';
  return ts`
    // Sends the contract's examples as a demonstration. Replace this with the events of your application.
    ${[...greetings, ...requests]}
  `;
}

function sendRequest({ operation, messages }: OperationPlan, { channel }: ChannelPlan): string {
  const [first] = messages.filter(({ sample }) => sample !== undefined);
  if (first === undefined) return '';
  const { name, reply } = operation;
  const isCorrelated = reply?.some(({ correlationId }) => correlationId !== null) ?? false;
  const content = valueSource(contentOf(first.message, first.sample, isCorrelated));
  const prefix = quoted(`${channel.name}: ${name}`);
  return ts`
    connection.request${memberAccess(name)}${messages.length === 1 ? '' : memberAccess(first.message.name)}(${content}).then(
      () => log(\`${prefix} was answered\`),
      (thrown: unknown) => log(\`${prefix} failed: \${thrown}\`),
    );
  `;
}

/** An operation with one message has a function; one with several has an object with a function for each. */
function operationHandler(plan: OperationPlan, channel: ChannelPlan): string {
  const { operation, messages } = plan;
  const [only, ...others] = messages;
  if (only !== undefined && others.length === 0) {
    return messageHandler(operation.handlerName, only.message, plan, channel);
  }
  return ts`
    ${propertyKey(operation.handlerName)}: {
      ${separate(messages.map(({ message }) => messageHandler(message.name, message, plan, channel)))}
    },
  `;
}

function messageHandler(
  name: string,
  message: MessageModel,
  { operation, messages, reply }: OperationPlan,
  { channel }: ChannelPlan,
): string {
  const members = ['connection', ...(reply === undefined ? [] : ['reply'])].join(', ');
  const isCorrelated = messages.every((request) => request.message.correlationId !== null);
  return ts`
    ${propertyKey(name)}(_message, { ${members} }) {
      log(\`${quoted(`${channel.name}: received ${message.name}`)} from \${connection.id}\`);
      ${operation.reply === null ? null : returnReply(reply, isCorrelated)}
    },
  `;
}

function returnReply(reply: MessagePlan | undefined, isCorrelated: boolean): string {
  if (reply === undefined) {
    return "throw new Error('Return a reply here: the contract has no example of one.');";
  }
  const content = contentOf(reply.message, reply.sample, isCorrelated);
  return `return reply${memberAccess(reply.message.name)}(${valueSource(content)});`;
}

/** Escapes text for a template literal. */
function quoted(text: string): string {
  return text.replaceAll(/[`\\]|\$\{/g, '\\$&');
}
