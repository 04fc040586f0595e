import { applicationMessages, serverMessages } from '../../asyncapi/resume.ts';
import {
  docComment,
  memberAccess,
  propertyKey,
  separate,
  stringLiteral,
  ts,
  valueSource,
} from '../../source/typescript-source.ts';
import type { ChannelPlan, OperationPlan, SampleMessage } from './project-plan.ts';

/** The text of src/handlers/<channel>.ts: example handlers for the user to change. */
export function renderHandlers(plan: ChannelPlan): string {
  const { channel, handlers, handled } = plan;
  const hasUser = plan.security.length + plan.operationSecurity.length > 0;
  const received = handled
    .map((each) => ({ ...each, messages: ofServer(each, channel) }))
    .filter(({ messages }) => messages.length > 0);
  const examples = sendExamples(plan);
  const members = [
    ...(examples.length > 0 ? [openedHandler(examples)] : []),
    ...received.map(operationHandlers),
  ];
  return ts`
    import type { ${channel.typeName}Handlers } from '../../generated/asyncapi/handlers.ts';
    ${hasUser ? "import type { User } from '../users.ts';" : null}

    ${docComment(channel.description, 'These handlers are examples. `posted generate` does not touch them.')}
    export const ${handlers}: ${channel.typeName}Handlers${hasUser ? '<User>' : ''} = ${handlersObject(members)};

  `;
}

function handlersObject(members: readonly string[]): string {
  if (members.length === 0) return '{}';
  return ts`
    {
      ${separate(members)}
    }
  `;
}

/** The messages that the example sends to each new connection, in order. */
export function greetingsOf({ channel, operations }: ChannelPlan): readonly SampleMessage[] {
  return operations
    .filter(({ operation }) => operation.action === 'send' && operation.reply === null)
    .flatMap((plan) => samplesOf(plan, channel).filter((each) => ofServer(plan, channel).includes(each)))
    .filter(({ sample }) => sample !== undefined);
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

/** The function for a message of an operation: a member of an object if the operation has several messages. */
export function functionOf(
  name: string,
  messages: readonly SampleMessage[],
  { message }: SampleMessage,
): string {
  return memberAccess(name) + (messages.length > 1 ? memberAccess(message.name) : '');
}

/** The messages of an operation that handlers send and receive. */
function ofServer(
  { operation, messages }: OperationPlan,
  channel: ChannelPlan['channel'],
): readonly SampleMessage[] {
  const own = serverMessages(channel, operation).map(({ message }) => message);
  return messages.filter(({ message }) => own.includes(message));
}

/** The messages of an operation without those that the runtime of a client sends and receives. */
export function samplesOf(
  { operation, messages }: OperationPlan,
  channel: ChannelPlan['channel'],
): readonly SampleMessage[] {
  const own = applicationMessages(channel, operation);
  return messages.filter(({ message }) => own.includes(message));
}

function openedHandler(examples: readonly string[]): string {
  return ts`
    opened(connection) {
      // Sends the contract's examples to every client. Replace them with the events of your application.
      ${examples}
    },
  `;
}

function sendExamples(plan: ChannelPlan): readonly string[] {
  const greetings = greetingsOf(plan).map(
    ({ message, content }) => `connection.send${memberAccess(message.senderName)}(${valueSource(content)});`,
  );
  return [...greetings, ...serverRequestsOf(plan).map(sendRequest)];
}

function sendRequest(plan: OperationPlan): string {
  const { name } = plan.operation;
  const first = plan.messages.find(({ sample }) => sample !== undefined);
  if (first === undefined) return '';
  return ts`
    connection.request${functionOf(name, plan.messages, first)}(${valueSource(first.content)}).then(
      (answer) => console.log(${stringLiteral(`${name} was answered:`)}, answer),
      (thrown: unknown) => console.error(${stringLiteral(`${name} failed:`)}, thrown),
    );
  `;
}

function operationHandlers(plan: OperationPlan): string {
  const { handlerName } = plan.operation;
  const [only, ...others] = plan.messages;
  if (only !== undefined && others.length === 0) return handler(handlerName, only, plan);
  return ts`
    ${propertyKey(handlerName)}: {
      ${separate(plan.messages.map((message) => handler(message.message.name, message, plan)))}
    },
  `;
}

function handler(name: string, { message }: SampleMessage, { operation, reply }: OperationPlan): string {
  const parameters =
    operation.reply === null ? 'message' : reply === undefined ? '_message' : 'message, { reply }';
  return ts`
    ${propertyKey(name)}(${parameters}) {
      ${reply === undefined && operation.reply !== null ? null : `console.log(${stringLiteral(receivedLabel(message.name))}, message);`}
      ${operation.reply === null ? null : returnReply(reply)}
    },
  `;
}

/** What the example prints before a received message. */
export function receivedLabel(message: string): string {
  return `received ${message}:`;
}

function returnReply(reply: SampleMessage | undefined): string {
  return reply === undefined
    ? "throw new Error('Return a reply here: the contract has no example of one.');"
    : `return reply${memberAccess(reply.message.name)}(${valueSource(reply.content)});`;
}
