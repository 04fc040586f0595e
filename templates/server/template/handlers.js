import { File } from '@asyncapi/generator-react-sdk';
import {
  answerType,
  contentType,
  durableMessages,
  importedNames,
  receivedOperations,
  replyContentType,
  requestContentType,
  sentMessages,
  serverRequests,
  typeArguments,
  typeParameters,
  userType,
} from '#lib/contract.mts';
import { contractTypes } from '#lib/contract-types.mts';
import { docComment, generatedFrom, preamble, propertyKey, separate, ts } from '#lib/source.mts';

/** The types of the runtime that the code below may refer to. */
const runtimeTypes = [
  'Answer',
  'ApiKeyCredentials',
  'BasicCredentials',
  'BearerCredentials',
  'Closed',
  'Connection',
  'Context',
  'ContractTypes',
  'Handshake',
  'Named',
  'Principal',
  'PublishOptions',
  'Replied',
  'Reply',
  'RequestContext',
  'RequestOptions',
  'Room',
  'SendAll',
  'UserOf',
];

/** handlers.ts: the interfaces of each channel's handlers, and of what they can do. */
export default function handlers({ params: { contract, extension } }) {
  const body = separate([...contract.channels.flatMap(channelTypes), ...contractTypes(contract)]);
  const shared = importedNames(body, ['Content', 'Uncorrelated']);
  return (
    <File name="handlers.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        ${shared.length > 0 ? `import type { ${shared.join(', ')} } from 'posted/contract';` : null}
        import type { ${importedNames(body, runtimeTypes).join(', ')} } from 'posted/server';
        ${body.includes('models.') ? `import type * as models from './models.${extension}';` : null}

        ${body}

      `}
    </File>
  );
}

function channelTypes(channel) {
  return [
    handlersInterface(channel),
    connectionInterface(channel),
    roomInterface(channel),
    ...(sentMessages(channel).length > 0 ? [messagesInterface(channel)] : []),
    ...(durableMessages(channel).length > 0 ? [durableInterface(channel)] : []),
    ...(serverRequests(channel).length > 0 ? [requestsInterface(channel)] : []),
    ...receivedOperations(channel)
      .filter(({ repliesType }) => repliesType !== null)
      .map(repliesInterface),
  ];
}

function handlersInterface(channel) {
  const connection = (state) => `${channel.typeName}Connection${typeArguments(channel, state)}`;
  return ts`
    ${docComment(channel.description, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Handlers${typeParameters(channel)} {
      /**
       * Called before the upgrade. The returned value becomes the connection's state. A thrown PostedError
       * refuses the handshake.
       */
      accept?(handshake: Handshake<${connection('undefined')}>): State | Promise<State>;

      /** Called when the connection is open, before its first message is handled. */
      opened?(connection: ${connection('State')}): void | Promise<void>;

      /** Called when the send buffer is empty again after the client could not keep up. */
      drained?(connection: ${connection('State')}): void;

      ${separate([
        closedHandler(connection('State')),
        ...receivedOperations(channel).map((operation) => operationHandler(operation, connection('State'))),
      ])}
    }
  `;
}

function closedHandler(connection) {
  return ts`
    /** Called once for every connection that was accepted, even if it never opened. */
    closed?(connection: ${connection}, why: Closed): void | Promise<void>;
  `;
}

function operationHandler(operation, connection) {
  const { name, handlerName, description, messages } = operation;
  const [only, ...others] = messages;
  const note = name === handlerName ? '' : `Named ${handlerName}, because handlers have a member ${name}.`;
  if (others.length === 0) {
    return ts`
      ${docComment(description || only.message.description, note, generatedFrom(`operation ${name}`))}
      ${handlerMethod(handlerName, only.message, operation, connection)}
    `;
  }
  return ts`
    ${docComment(description, note, generatedFrom(`operation ${name}`))}
    readonly ${propertyKey(handlerName)}: {
      ${separate(messages.map(({ message }) => messageHandler(message, operation, connection)))}
    };
  `;
}

function messageHandler(message, operation, connection) {
  return ts`
    ${docComment(message.description, generatedFrom(`message ${message.name}`))}
    ${handlerMethod(message.name, message, operation, connection)}
  `;
}

function handlerMethod(name, message, { repliesType }, connection) {
  const [context, result] =
    repliesType === null
      ? [`Context<${connection}>`, 'void | Promise<void>']
      : [`RequestContext<${connection}, ${repliesType}>`, `Replied<${repliesType}>`];
  return ts`
    ${propertyKey(name)}(
      message: ${message.type},
      context: ${context},
    ): ${result};
  `;
}

function connectionInterface(channel) {
  const { name, typeName, parameters, query, headers } = channel;
  const none = 'Record<string, never>';
  return ts`
    ${docComment(`A connection of channel \`${name}\`.`, generatedFrom(`channel ${name}`))}
    export interface ${typeName}Connection${typeParameters(channel)} extends Connection<${userType(channel)}, State> {
      readonly params: ${parameters?.filledType ?? none};
      readonly query: ${query?.filledType ?? none};
      readonly headers: ${headers?.filledType ?? none};
      /** The connections to the same address, on all nodes. */
      readonly room: ${typeName}Room${typeArguments(channel, 'State')};
      ${sentMessages(channel).length === 0 ? null : sendMembers(channel)}
      ${serverRequests(channel).length === 0 ? null : requestMember(channel)}
    }
  `;
}

function sendMembers({ typeName }) {
  return ts`
    /** Sends a message to this connection. False if it is closing, or not permitted to get the message. */
    readonly send: ${typeName}Messages<boolean>;
    /** Sends many messages at the client's pace. */
    readonly sendAll: SendAll<${typeName}Messages<boolean>>;
  `;
}

function requestMember({ typeName }) {
  return ts`
    /** Sends a request to this connection's client. */
    readonly request: ${typeName}Requests;
  `;
}

function roomInterface(channel) {
  const { name, address, typeName } = channel;
  const room = `Room<${typeName}Connection${typeArguments(channel, 'State')}>`;
  const bases = sentMessages(channel).length === 0 ? room : `${typeName}Messages<number>, ${room}`;
  return ts`
    ${docComment(`The connections to one address \`${address}\`.`, generatedFrom(`channel ${name}`))}
    export interface ${typeName}Room${typeParameters(channel)} extends ${bases} {}
  `;
}

function messagesInterface(channel) {
  return ts`
    ${docComment(`The messages that the server sends on channel \`${channel.name}\`. A message that breaks the contract throws InvalidMessageError and is not sent.`, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Messages<Sent = number> {
      ${separate(sentMessages(channel).map(sender))}
    }
  `;
}

function sender(message) {
  const { name, senderName, description } = message;
  const note = name === senderName ? '' : `Named ${senderName}, because a room has a member ${name}.`;
  return ts`
    ${docComment(description, note, generatedFrom(`message ${name}`))}
    ${propertyKey(senderName)}(content: ${contentType(message, false)}, options?: PublishOptions): Sent;
  `;
}

function durableInterface(channel) {
  return ts`
    ${docComment(`The contents of the durable messages of channel \`${channel.name}\`, by name. The application appends them to the log, from which they are sent.`, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Durable {
      ${separate(durableMessages(channel).map((message) => durableContent(message, channel)))}
    }
  `;
}

function durableContent(message, { resume }) {
  const { name, description } = message;
  return ts`
    ${docComment(description, generatedFrom(`message ${name}`))}
    readonly ${propertyKey(name)}: ${contentType(message, false, [resume.cursor])};
  `;
}

function requestsInterface(channel) {
  return ts`
    ${docComment(`The requests that the server sends on channel \`${channel.name}\`.`, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Requests {
      ${separate(serverRequests(channel).map(request))}
    }
  `;
}

function request(operation) {
  const { name, description, messages } = operation;
  const [only, ...others] = messages;
  const comment = docComment(description, generatedFrom(`operation ${name}`));
  if (others.length === 0) {
    return ts`
      ${comment}
      ${requestMethod(name, only.message, operation)}
    `;
  }
  return ts`
    ${comment}
    readonly ${propertyKey(name)}: {
      ${separate(messages.map(({ message }) => requestMethod(message.name, message, operation)))}
    };
  `;
}

function requestMethod(name, message, operation) {
  const content = requestContentType(message, operation);
  return `${propertyKey(name)}(content: ${content}, options?: RequestOptions): Promise<${answerType(operation)}>;`;
}

function repliesInterface(operation) {
  const { name, repliesType, reply } = operation;
  return ts`
    ${docComment(`The replies to operation \`${name}\`.`, generatedFrom(`operation ${name}`))}
    export interface ${repliesType} {
      ${separate(reply.map((message) => replyFunction(message, operation)))}
    }
  `;
}

function replyFunction(message, operation) {
  const { name, description } = message;
  return ts`
    ${docComment(description, generatedFrom(`message ${name}`))}
    ${propertyKey(name)}(content: ${replyContentType(message, operation)}): Reply<${operation.repliesType}>;
  `;
}
