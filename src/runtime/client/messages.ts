import type { ChannelDescriptor, MessageDescriptor, ResumeDescriptor } from '../shared/descriptor.ts';
import { accepts, explain } from '../shared/guard.ts';
import { hasTag, identifyMessage, readPath } from '../shared/identify-message.ts';
import { PostedClientError } from './client-error.ts';
import type { Frame } from './socket.ts';

/** A message of the contract, and its name there. Fields that the contract does not have are left in it. */
export interface Received {
  readonly name: string;
  readonly message: unknown;
}

/** A message of a type that the contract does not have, as from a server of a later contract. */
export interface UnknownMessage {
  readonly unknown: unknown;
}

/** A message that cannot be read, or of a type of the contract that it does not satisfy. */
export interface InvalidMessage {
  /** What was received. */
  readonly frame: Frame;
  /** Its code is `bad_frame`. It says what is wrong and repeats nothing of the frame. */
  readonly error: PostedClientError;
}

/** Reads what the server sent. */
export function decodeMessage(
  { send: messages }: ChannelDescriptor,
  frame: Frame,
): Received | UnknownMessage | InvalidMessage {
  const find = (wanted: MessageDescriptor['encoding']) =>
    messages.find(({ encoding }) => encoding === wanted);
  if (typeof frame !== 'string') {
    const bytes = find('binary');
    return bytes === undefined ? { unknown: frame } : { name: bytes.name, message: frame };
  }
  const text = find('text');
  if (text !== undefined) return checkReceived(text, frame, frame);
  if (find('json') === undefined) return { unknown: frame };
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return invalid(frame, 'The message is not JSON.');
  }
  const candidates = messages.filter(isJson);
  const descriptor = identifyMessage(candidates, message);
  if (descriptor !== undefined) return checkReceived(descriptor, message, frame);
  // All tags of a channel have one path. Without tags, an unknown type looks like a broken message.
  const path = candidates[0]?.tag?.path;
  if (path !== undefined && readPath(message, path) !== undefined) return { unknown: message };
  return invalid(frame, `The message is not one of ${names(messages)}.`);
}

/**
 * Checks and writes what the client sends.
 *
 * @throws PostedClientError `bad_message`
 */
export function encodeMessage({ receive }: ChannelDescriptor, name: string, message: unknown): Frame {
  const descriptor = receive.find((candidate) => candidate.name === name);
  if (descriptor === undefined) throw badMessage(`The server takes no such message: ${names(receive)}.`);
  const problem = findProblem(descriptor, message);
  if (problem !== null) throw badMessage(`The message ${name} breaks the contract: ${problem}.`);
  return isJson(descriptor) ? JSON.stringify(message) : (message as Frame);
}

/** Which of `messages` a value is that the application gives without its name. */
export function tellValue(
  messages: readonly MessageDescriptor[],
  value: unknown,
): MessageDescriptor | undefined {
  const [first, second] = messages;
  if (second === undefined) return first;
  if (value instanceof Uint8Array) return messages.find(({ encoding }) => encoding === 'binary');
  const text = messages.find(({ encoding }) => encoding === 'text');
  return text ?? identifyMessage(messages.filter(isJson), value);
}

/**
 * Writes what tells the server that everything up to a place is processed.
 *
 * @throws PostedClientError `bad_message`
 */
export function encodeAck(
  channel: ChannelDescriptor,
  { ack, cursor }: ResumeDescriptor,
  place: string,
): Frame {
  const { path = [], values = [] } = channel.receive.find(({ name }) => name === ack)?.tag ?? {};
  const tagged = path.reduceRight<unknown>((value, name) => ({ [name]: value }), values[0]);
  return encodeMessage(channel, ack, { ...(tagged as object | undefined), [cursor]: place });
}

/** Null where the contract allows the message. */
export function findProblem(descriptor: MessageDescriptor, message: unknown): string | null {
  const { encoding, guard, tag } = descriptor;
  if (encoding === 'binary') return message instanceof Uint8Array ? null : 'it is no Uint8Array';
  if (encoding === 'text' && typeof message !== 'string') return 'it is no text';
  if (guard !== undefined && !accepts(guard, message)) return explain(guard);
  // UTF-8 has no bytes for it, and other text would arrive.
  if (encoding === 'text' && !String(message).isWellFormed()) return 'it holds half a surrogate pair';
  // A schema may leave out what alone tells the message from others.
  if (tag !== undefined && !hasTag(message, tag))
    return `/${tag.path.join('/')} must be there: it tells the message from others`;
  return null;
}

function checkReceived(
  descriptor: MessageDescriptor,
  message: unknown,
  frame: Frame,
): Received | InvalidMessage {
  const { name } = descriptor;
  const problem = findProblem(descriptor, message);
  return problem === null
    ? { name, message }
    : invalid(frame, `A message ${name} breaks the contract: ${problem}.`);
}

function isJson({ encoding }: MessageDescriptor): boolean {
  return encoding === 'json';
}

function names(messages: readonly MessageDescriptor[]): string {
  return `the channel's messages (${messages.map(({ name }) => name).join(', ')})`;
}

function invalid(frame: Frame, message: string): InvalidMessage {
  return { frame, error: new PostedClientError('bad_frame', message) };
}

function badMessage(message: string): PostedClientError {
  return new PostedClientError('bad_message', message);
}
