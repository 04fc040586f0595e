import type { ChannelDescriptor, MessageDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import { accepts, explain } from '../../shared/guard.ts';
import { identifyMessage } from '../../shared/identify-message.ts';
import { parseJson } from '../../shared/json.ts';
import type { ContractObserver } from '../observer.ts';
import type { ReceivingConnection, Task } from './inbound.ts';
import type { Receivers } from './receivers.ts';

/**
 * Makes the function that takes each message of a channel's clients: it finds which of the channel's
 * messages it is and checks it. An answer it hands to whoever asked; for anything else it returns what
 * is to be done.
 *
 * The function throws PostedError: `invalid_request` for what the contract does not know or allow,
 * `unsupported_media_type` for bytes or text where it has none, `forbidden` for what the connection's
 * credentials do not suffice for.
 */
export function createDispatch(
  channel: ChannelDescriptor,
  receivers: Receivers,
  observer: ContractObserver,
): (connection: ReceivingConnection, data: Buffer, isBinary: boolean) => Task | null {
  const { receive } = channel;
  const json = receive.filter(({ encoding }) => encoding === 'json');
  const text = receive.find(({ encoding }) => encoding === 'text');
  const binary = receive.find(({ encoding }) => encoding === 'binary');
  const answers = new Set(
    channel.operations.flatMap(({ action, reply }) => (action === 'send' ? (reply ?? []) : [])),
  );

  function refuse(message: string, problem: string): PostedError {
    observer.messageInvalid(channel.name, message, 'receive');
    return new PostedError('invalid_request', problem);
  }

  function refuseKind(kind: string): PostedError {
    observer.messageInvalid(channel.name, 'unknown', 'receive');
    return new PostedError('unsupported_media_type', `the contract has no ${kind} messages`);
  }

  function readText(data: Buffer): Read {
    if (text !== undefined) {
      const value = data.toString();
      if (value.includes('\0')) throw refuse(text.name, 'the text holds U+0000');
      return { message: text, value };
    }
    if (binary !== undefined && json.length === 0) throw refuseKind('text');
    if (json.length === 0) throw refuse('unknown', 'this channel takes no messages from clients');
    let value: unknown;
    try {
      value = parseJson(data);
    } catch (thrown) {
      throw refuse('unknown', PostedError.from(thrown).message);
    }
    const message = identifyMessage(json, value);
    if (message !== undefined) return { message, value };
    const path = json[0]?.tag?.path;
    const problem =
      path === undefined
        ? "the message is none of this channel's"
        : `/${path.join('/')} names none of this channel's messages`;
    throw refuse('unknown', problem);
  }

  function readBytes(data: Buffer): Read {
    if (binary === undefined) throw refuseKind('binary');
    return { message: binary, value: data };
  }

  return (connection, data, isBinary) => {
    const { message, value } = isBinary ? readBytes(data) : readText(data);
    const { name, guard } = message;
    if (guard !== undefined && !accepts(guard, value)) throw refuse(name, explain(guard, 'the message'));
    if (answers.has(name) && connection.answer({ message, value })) {
      observer.messageReceived(channel.name, name);
      return null;
    }
    const receiver = receivers.get(name);
    if (receiver === undefined) throw refuse(name, `nobody asked for a message ${name}`);
    if (!connection.may(receiver.permit)) {
      const problem = `the credentials do not suffice for operation ${receiver.operation}`;
      throw new PostedError('forbidden', problem);
    }
    observer.messageReceived(channel.name, name);
    return { operation: receiver.operation, run: () => receiver.handle(value, connection) };
  };
}

interface Read {
  readonly message: MessageDescriptor;
  readonly value: unknown;
}
