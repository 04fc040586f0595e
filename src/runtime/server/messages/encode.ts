import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { accepts, explain } from '../../shared/guard.ts';
import {
  type CorrelationId,
  hasTags,
  tagPaths,
  withConstants,
  writePath,
} from '../../shared/identify-message.ts';
import type { LogLimit } from '../../shared/log-limit.ts';
import { encodeBinaryFrame, encodeTextFrame } from '../connection/frame.ts';
import { type Encoded, InvalidMessageError } from '../handlers.ts';
import type { ContractObserver } from '../observer.ts';

/** `Encoded` with the bytes of the frame, which applications do not see. */
export interface EncodedFrame extends Encoded {
  readonly frame: Buffer;
  /** The permit that a connection needs to receive the message; undefined if it needs none. */
  readonly permit: string | undefined;
  /** Null until a stream of server-sent events needs it, see `eventOf`. */
  event: Buffer | null;
}

export interface Reporter {
  readonly observer: ContractObserver;
  /** Logs failures; its limit holds however often clients can cause them. */
  readonly failures: LogLimit;
}

/**
 * Adds the message's constants, and a correlation id if there is one, to its content and encodes it. Throws
 * InvalidMessageError for a value that breaks the contract, which is also counted and logged.
 */
export type Encode = (content: unknown, id?: CorrelationId) => EncodedFrame;

/**
 * Encodes the payload of a frame that another node has encoded, or returns why it breaks the contract of this node. The
 * text never contains the payload.
 */
export type Reencode = (payload: Uint8Array) => EncodedFrame | string;

export function createReencode(operation: OperationDescriptor, message: MessageDescriptor): Reencode {
  const permit = permitOf(operation);
  return (payload) => {
    try {
      const value = decode(message, payload);
      return problemOf(message, value) ?? encodedOf(message, value, permit);
    } catch {
      return 'the payload is not in the encoding of the message, or nested too deeply';
    }
  };
}

export function createEncode(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  reporter: Reporter,
): Encode {
  const permit = permitOf(operation);
  const path = message.correlationId;
  return (content, id) => {
    const filled = withConstants(message, content);
    const value = id === undefined || path === undefined ? filled : writePath(filled, path, id);
    const problem = problemOf(message, value);
    if (problem !== null) throw invalidMessage(channel, operation, message.name, problem, reporter);
    return encodedOf(message, value, permit);
  };
}

function encodedOf(message: MessageDescriptor, value: unknown, permit: string | undefined): EncodedFrame {
  const frame = frameOf(message, value);
  return { message: message.name, bytes: frame.length, frame, permit, event: null };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode({ encoding, codec }: MessageDescriptor, payload: Uint8Array): unknown {
  if (codec !== undefined) return codec.decode(payload);
  if (encoding === 'binary') return payload;
  const text = utf8.decode(payload);
  return encoding === 'json' ? JSON.parse(text) : text;
}

/** The permit that a connection needs for the operation; undefined if every connection may use it. */
export function permitOf({ name, security }: OperationDescriptor): string | undefined {
  return security.length === 0 ? undefined : name;
}

/** Counts and logs a message that is not sent, without its content, and returns the error to throw. */
export function invalidMessage(
  { name: channel }: ChannelDescriptor,
  { name: operation }: OperationDescriptor,
  message: string,
  problem: string,
  { observer, failures }: Reporter,
): InvalidMessageError {
  observer.messageInvalid(channel, message, 'send');
  const kind = { channel, operation, message };
  failures.write('error', kind, { problem }, 'a message breaks the contract and was not sent');
  return new InvalidMessageError(channel, message, problem);
}

function problemOf(message: MessageDescriptor, value: unknown): string | null {
  const { encoding, guard } = message;
  if (guard === undefined) return value instanceof Uint8Array ? null : 'the value must be a Uint8Array';
  if (!accepts(guard, value)) return explain(guard);
  // UTF-8 cannot encode a lone surrogate; the encoder would silently replace it.
  if (encoding === 'text' && !String(value).isWellFormed()) return 'the value contains a lone surrogate';
  if (hasTags(value, message)) return null;
  return `${tagPaths(message)} is required: it distinguishes the message from the others`;
}

function frameOf({ encoding, codec }: MessageDescriptor, value: unknown): Buffer {
  switch (encoding) {
    case 'json':
      return encodeTextFrame(JSON.stringify(value));
    case 'text':
      return encodeTextFrame(String(value));
    case 'binary':
    case 'msgpack':
      return encodeBinaryFrame(codec === undefined ? (value as Uint8Array) : codec.encode(value));
  }
}
