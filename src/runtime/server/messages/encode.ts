import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { accepts, explain } from '../../shared/guard.ts';
import { hasTag } from '../../shared/identify-message.ts';
import type { Log } from '../../shared/log.ts';
import { encodeBinaryFrame, encodeTextFrame } from '../connection/frame.ts';
import type { Encoded } from '../handlers.ts';
import type { ContractObserver } from '../observer.ts';

/** What applications see as `Encoded`: the bytes of the frame are the runtime's. */
export interface EncodedFrame extends Encoded {
  readonly frame: Buffer;
  /** The operation whose security a connection must have satisfied to get it; undefined for none. */
  readonly permit: string | undefined;
}

export interface Reporter {
  readonly observer: ContractObserver;
  readonly log: Log;
}

/** Null for what breaks the contract, which is counted and logged without its content. */
export type Encode = (value: unknown) => EncodedFrame | null;

export function createEncode(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  reporter: Reporter,
): Encode {
  const permit = permitOf(operation);
  return (value) => {
    const problem = problemOf(message, value);
    if (problem !== null) {
      reportBroken(channel, message.name, problem, reporter);
      return null;
    }
    const frame = frameOf(message, value);
    return { message: message.name, bytes: frame.length, frame, permit };
  };
}

/** What a connection must hold to have to do with the operation; undefined where every connection may. */
export function permitOf({ name, security }: OperationDescriptor): string | undefined {
  return security.length === 0 ? undefined : name;
}

/** Counts and logs what was not sent. */
export function reportBroken(
  { name: channel }: ChannelDescriptor,
  message: string,
  problem: string,
  { observer, log }: Reporter,
): void {
  observer.messageInvalid(channel, message, 'send');
  log.error({ channel, message, problem }, 'a message breaks the contract and was not sent');
}

function problemOf({ encoding, guard, tag }: MessageDescriptor, value: unknown): string | null {
  if (guard === undefined) return value instanceof Uint8Array ? null : 'the value must be a Uint8Array';
  if (!accepts(guard, value)) return explain(guard);
  // A frame of UTF-8 would repair it in silence.
  if (encoding === 'text' && !String(value).isWellFormed()) return 'the value holds half a surrogate pair';
  if (tag === undefined || hasTag(value, tag)) return null;
  return `/${tag.path.join('/')} must be there: it tells the message from the others`;
}

function frameOf({ encoding }: MessageDescriptor, value: unknown): Buffer {
  switch (encoding) {
    case 'json':
      return encodeTextFrame(JSON.stringify(value));
    case 'text':
      return encodeTextFrame(String(value));
    case 'binary':
      return encodeBinaryFrame(value as Uint8Array);
  }
}
