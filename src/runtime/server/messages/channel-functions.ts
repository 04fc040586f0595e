import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import { payloadOf } from '../connection/frame.ts';
import type { PublishOptions, RequestOptions } from '../handlers.ts';
import type { DeliveryProblem, Peers } from '../peers/peers.ts';
import type { Rooms, RoomTarget } from '../rooms.ts';
import { createEncode, createReencode, type Encode, type Reencode } from './encode.ts';
import { createNamedFunctions } from './named-functions.ts';
import { createPublish, type PublishDeps } from './publish.ts';
import { createRequest } from './request.ts';

export interface ChannelFunctionsDeps extends PublishDeps {
  readonly peers: Pick<Peers, 'sendToRoom' | 'presence'>;
}

/** Creates the objects with which an application sends the messages of one channel: each has a function per message. */
export interface ChannelFunctions {
  /** Encodes messages. */
  readonly encode: object;
  /** Sends to all connections of a room, on all nodes. */
  readonly room: (target: RoomTarget) => object;
  /** Sends to the connections, which are of this channel and on this node. */
  readonly to: (connections: Iterable<WebSocketConnection>) => object;
  readonly send: (connection: WebSocketConnection) => object;
  readonly sendAll: (connection: WebSocketConnection) => object;
  /** Sends requests: a function per operation with a reply. */
  readonly request: (connection: WebSocketConnection) => object;
  /** Sends a message of another node to the room's connections on this node, unless it breaks the contract. */
  readonly deliver: (message: string, room: string, payload: Uint8Array) => DeliveryProblem | null;
}

/** A message that the server sends on its own. */
interface SentMessage {
  readonly name: string;
  /** The name of its functions. */
  readonly member: string;
  readonly encode: Encode;
  readonly reencode: Reencode;
}

export function createChannelFunctions(
  channel: ChannelDescriptor,
  rooms: Rooms,
  deps: ChannelFunctionsDeps,
): ChannelFunctions {
  const messages = sentMessages(channel, deps);
  const publish = createPublish(channel.name, deps);

  /** One function for each message. */
  function forMessages<Target>(
    call: (target: Target, message: SentMessage, content: unknown, options: unknown) => unknown,
  ) {
    return messages.map(
      (message) =>
        [
          message.member,
          (target: Target, content: unknown, options: unknown) => call(target, message, content, options),
        ] as const,
    );
  }

  function sendToRoom(
    { key }: RoomTarget,
    { name, encode }: SentMessage,
    content: unknown,
    options: unknown,
  ) {
    const encoded = encode(content);
    const count = publish(encoded, rooms.membersOf(key), options as PublishOptions | undefined);
    const payload = payloadOf(encoded.frame);
    deps.peers.sendToRoom({ channel: channel.name, room: key, message: name, payload });
    return count;
  }

  return {
    encode: createNamedFunctions<null>({
      functions: forMessages((_target, { encode }, content) => encode(content)),
    })(null),
    room: createNamedFunctions({
      functions: [
        ...forMessages(sendToRoom),
        ['presence', ({ key }: RoomTarget) => deps.peers.presence(channel.name, key)],
      ],
      getters: {
        address: ({ address }) => address,
        connections: ({ key }) => rooms.membersOf(key),
      },
    }),
    to: createNamedFunctions<Iterable<WebSocketConnection>>({
      functions: forMessages((connections, { encode }, content, options) =>
        publish(encode(content), connections, options as PublishOptions | undefined),
      ),
    }),
    send: createNamedFunctions<WebSocketConnection>({
      functions: forMessages((connection, { encode }, content) => connection.sendEncoded(encode(content))),
    }),
    sendAll: createNamedFunctions<WebSocketConnection>({
      functions: forMessages((connection, { encode }, contents) =>
        sendAll(connection, encode, contents as Iterable<unknown>),
      ),
    }),
    request: createRequests(channel, deps),
    deliver(name, room, payload) {
      const message = messages.find((candidate) => candidate.name === name);
      if (message === undefined) return { reason: 'unknown_message', problem: `channel ${channel.name}` };
      const members = rooms.membersOf(room);
      if (members.size === 0) return null;
      const encoded = message.reencode(payload);
      if (typeof encoded === 'string') {
        return { reason: 'invalid', problem: `message ${name} of channel ${channel.name}: ${encoded}` };
      }
      publish(encoded, members, undefined);
      return null;
    },
  };
}

/** The messages of `send` operations without a reply, each once. */
function sentMessages(channel: ChannelDescriptor, deps: ChannelFunctionsDeps): readonly SentMessage[] {
  const byName = new Map<string, SentMessage>();
  for (const operation of channel.operations) {
    if (operation.action !== 'send' || operation.reply !== undefined) continue;
    for (const message of messagesOf(channel, operation)) {
      if (byName.has(message.name)) continue;
      const encode = createEncode(channel, operation, message, deps);
      const { name, member = name } = message;
      byName.set(name, { name, member, encode, reencode: createReencode(operation, message) });
    }
  }
  return [...byName.values()];
}

/** An operation with one message is a function; one with several is an object with a function for each. */
function createRequests(
  channel: ChannelDescriptor,
  deps: ChannelFunctionsDeps,
): (connection: WebSocketConnection) => object {
  const functions: (readonly [string, RequestFunction])[] = [];
  const getters: Record<string, (connection: WebSocketConnection) => object> = Object.create(null);
  for (const operation of channel.operations) {
    if (operation.action !== 'send' || operation.reply === undefined) continue;
    const messages = messagesOf(channel, operation).map(
      (message) => [message.name, requestFunction(channel, operation, message, deps)] as const,
    );
    const [only, ...others] = messages;
    if (only !== undefined && others.length === 0) functions.push([operation.name, only[1]]);
    else getters[operation.name] = createNamedFunctions({ functions: messages });
  }
  return createNamedFunctions({ functions, getters });
}

type RequestFunction = (
  connection: WebSocketConnection,
  content: unknown,
  options: unknown,
) => Promise<unknown>;

function requestFunction(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  deps: ChannelFunctionsDeps,
): RequestFunction {
  const request = createRequest(channel, operation, message, deps);
  return (connection, content, options) =>
    request(connection, content, options as RequestOptions | undefined);
}

function messagesOf(
  { send }: ChannelDescriptor,
  { messages }: OperationDescriptor,
): readonly MessageDescriptor[] {
  return send.filter(({ name }) => messages.includes(name));
}

/** Sends each message when the connection is ready for it; false once the connection is closing. */
async function sendAll(
  connection: WebSocketConnection,
  encode: Encode,
  contents: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<boolean> {
  for await (const content of contents) {
    await connection.ready;
    if (!connection.sendEncoded(encode(content))) return false;
  }
  return true;
}
