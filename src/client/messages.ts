import type { ChannelDescriptor, MessageDescriptor, ResumeDescriptor } from '../contract/descriptor.ts';
import { explain } from '../guard.ts';
import { PostedClientError } from './client-error.ts';

/** A message that the contract allows, and its name there. */
export interface Received {
  readonly name: string;
  readonly message: unknown;
}

/** Reads what the server sent, null for a binary message. The error, which is returned, is `bad_frame`. */
export function decodeMessage(
  channel: ChannelDescriptor,
  frame: string | null,
): Received | PostedClientError {
  if (frame === null) return badFrame('A binary message came, and the contract has none.');
  let message: unknown;
  try {
    message = JSON.parse(frame);
  } catch {
    return badFrame('What came is no JSON.');
  }
  const descriptor = channel.send.find(({ tag }) => tag === undefined || hasTag(message, tag));
  if (descriptor === undefined) return badFrame(`What came is none of ${names(channel.send)}.`);
  const { name, guard } = descriptor;
  if (!guard(message)) return badFrame(`A message ${name} breaks the contract: ${explain(guard)}.`);
  return { name, message };
}

/**
 * Checks and writes what the client sends.
 *
 * @throws PostedClientError `bad_message`
 */
export function encodeMessage(channel: ChannelDescriptor, name: string, message: unknown): string {
  const descriptor = channel.receive.find((candidate) => candidate.name === name);
  if (descriptor === undefined)
    throw badMessage(`The server takes no such message: ${names(channel.receive)}.`);
  const { guard } = descriptor;
  if (!guard(message)) throw badMessage(`The message ${name} breaks the contract: ${explain(guard)}.`);
  return JSON.stringify(message);
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
): string {
  const tag = channel.receive.find(({ name }) => name === ack)?.tag;
  const type = tag === undefined ? {} : { [tag.property]: tag.value };
  return encodeMessage(channel, ack, { ...type, [cursor]: place });
}

function hasTag(message: unknown, tag: NonNullable<MessageDescriptor['tag']>): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    (message as Readonly<Record<string, unknown>>)[tag.property] === tag.value
  );
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
