import type { ChannelDescriptor, MessageDescriptor, ResumeDescriptor } from '../contract/descriptor.ts';
import { hasTag, tellMessage } from '../contract/telling.ts';
import { accepts, explain } from '../guard.ts';
import { PostedClientError } from './client-error.ts';
import type { Frame } from './socket.ts';

/** A message that the contract allows, and its name there. */
export interface Received {
  readonly name: string;
  readonly message: unknown;
}

/** Reads what the server sent. The error, which is returned, is `bad_frame`. */
export function decodeMessage(
  { send: messages }: ChannelDescriptor,
  frame: Frame,
): Received | PostedClientError {
  if (typeof frame !== 'string') {
    const bytes = messages.find(({ encoding }) => encoding === 'binary');
    if (bytes === undefined) return badFrame('A binary message came, and the contract has none.');
    return { name: bytes.name, message: frame };
  }
  const text = messages.find(({ encoding }) => encoding === 'text');
  if (text !== undefined) return checkReceived(text, frame);
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return badFrame('What came is no JSON.');
  }
  const descriptor = tellMessage(messages.filter(isJson), message);
  if (descriptor === undefined) return badFrame(`What came is none of ${names(messages)}.`);
  return checkReceived(descriptor, message);
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
  return text ?? tellMessage(messages.filter(isJson), value);
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

function checkReceived(descriptor: MessageDescriptor, message: unknown): Received | PostedClientError {
  const { name } = descriptor;
  const problem = findProblem(descriptor, message);
  return problem === null
    ? { name, message }
    : badFrame(`A message ${name} breaks the contract: ${problem}.`);
}

function isJson({ encoding }: MessageDescriptor): boolean {
  return encoding === 'json';
}

function names(messages: readonly MessageDescriptor[]): string {
  return `the channel's messages (${messages.map(({ name }) => name).join(', ')})`;
}

function badFrame(message: string): PostedClientError {
  return new PostedClientError('bad_frame', message);
}

function badMessage(message: string): PostedClientError {
  return new PostedClientError('bad_message', message);
}
