import type { ChannelDescriptor, MessageDescriptor, ResumeDescriptor } from '../shared/descriptor.ts';
import { accepts, explain } from '../shared/guard.ts';
import {
  type CorrelationId,
  hasTags,
  identifyMessage,
  readCorrelationId,
  readPath,
  tagPaths,
  withConstants,
  writePath,
} from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import type { Frame } from './platform.ts';

/** A valid message and its name in the contract. Fields that are not in the contract are left in it. */
export interface NamedMessage {
  readonly name: string;
  readonly message: unknown;
}

/** A message of a type that is not in the contract, for example from a server with a later contract. */
export interface UnknownMessage {
  readonly unknown: unknown;
}

/** A message that cannot be read or that breaks the contract. */
export interface InvalidMessage {
  /** The frame as received. */
  readonly frame: Frame;
  /** Says what is wrong, with the code `bad_frame`, and repeats nothing of the frame. */
  readonly error: PostedClientError;
}

/** Reads a frame from the server. */
export function decodeMessage(
  { send: messages }: ChannelDescriptor,
  frame: Frame,
): NamedMessage | UnknownMessage | InvalidMessage {
  const all = (wanted: MessageDescriptor['encoding']) =>
    messages.filter(({ encoding }) => encoding === wanted);
  const isBinary = typeof frame !== 'string';
  const [bytes] = isBinary ? all('binary') : [];
  if (bytes !== undefined) return { name: bytes.name, message: frame };
  const candidates = all(isBinary ? 'msgpack' : 'json');
  const texts = isBinary ? [] : all('text');
  const text = identifyMessage(texts, frame);
  const plain = text && checkReceived(text, frame, frame);
  if (candidates.length === 0) {
    return plain ?? (texts.length === 0 ? { unknown: frame } : notOneOf(messages, frame));
  }
  const isPlain = plain !== undefined && 'name' in plain;
  let message: unknown;
  try {
    message = isBinary ? candidates[0]?.codec?.decode(frame) : JSON.parse(frame);
  } catch {
    return isPlain ? plain : invalid(frame, `The message is not ${isBinary ? 'MessagePack' : 'JSON'}.`);
  }
  const descriptor = identifyMessage(candidates, message);
  if (descriptor !== undefined) return checkReceived(descriptor, message, frame);
  if (isPlain) return plain;
  // Without tags and probes, an unknown type cannot be told from an invalid message.
  if (candidates.some((candidate) => mentions(message, candidate))) return { unknown: message };
  return notOneOf(messages, frame);
}

/**
 * Checks and encodes a message from the client.
 *
 * @throws PostedClientError `bad_message`
 */
export function encodeMessage(descriptor: MessageDescriptor, message: unknown): Frame {
  const problem = findProblem(descriptor, message);
  if (problem === null) {
    const { encoding, codec } = descriptor;
    return encoding === 'json' ? JSON.stringify(message) : ((codec?.encode(message) ?? message) as Frame);
  }
  const text = `The message ${descriptor.name} breaks the contract: ${problem}.`;
  throw new PostedClientError('bad_message', text);
}

/**
 * Encodes the acknowledgment of everything up to a cursor.
 *
 * @throws PostedClientError `bad_message`
 */
export function encodeAck(
  { receive }: ChannelDescriptor,
  { ack, cursor: property }: ResumeDescriptor,
  cursor: string,
): Frame {
  const descriptor = receive.find(({ name }) => name === ack);
  if (descriptor === undefined) throw new TypeError(`The channel has no message ${ack}.`);
  const { tag } = descriptor;
  const message = withConstants(descriptor, { [property]: cursor });
  return encodeMessage(descriptor, tag === undefined ? message : writePath(message, tag.path, tag.values[0]));
}

/** Undefined if the message has no correlation id. */
export function correlationIdOf(
  descriptor: MessageDescriptor | undefined,
  message: unknown,
): CorrelationId | undefined {
  return descriptor?.correlationId && readCorrelationId(message, descriptor.correlationId);
}

/** Null if the contract allows the message. */
export function findProblem(descriptor: MessageDescriptor, message: unknown): string | null {
  const { encoding, guard } = descriptor;
  if (encoding === 'binary') return message instanceof Uint8Array ? null : 'it must be a Uint8Array';
  if (encoding === 'text' && typeof message !== 'string') return 'it must be a string';
  if (guard !== undefined && !accepts(guard, message)) return explain(guard);
  // UTF-8 cannot encode a lone surrogate, and other text would arrive.
  if (encoding === 'text' && !String(message).isWellFormed()) return 'it must not contain a lone surrogate';
  // The schema may leave the property optional that tells the message from others.
  if (!hasTags(message, descriptor)) return `${tagPaths(descriptor)} is required: it identifies the message`;
  return null;
}

function checkReceived(
  descriptor: MessageDescriptor,
  message: unknown,
  frame: Frame,
): NamedMessage | InvalidMessage {
  const { name } = descriptor;
  const problem = findProblem(descriptor, message);
  return problem === null
    ? { name, message }
    : invalid(frame, `The message ${name} breaks the contract: ${problem}.`);
}

/** Whether a value has a member that identifies messages, but perhaps not with a value of this one. */
function mentions(value: unknown, { tag, probes = [] }: MessageDescriptor): boolean {
  return [tag, ...probes].some((each) => each !== undefined && readPath(value, each.path) !== undefined);
}

function notOneOf(messages: readonly MessageDescriptor[], frame: Frame): InvalidMessage {
  const names = messages.map(({ name }) => name).join(', ');
  return invalid(frame, `The message is not one of the channel's messages (${names}).`);
}

function invalid(frame: Frame, message: string): InvalidMessage {
  return { frame, error: new PostedClientError('bad_frame', message) };
}
