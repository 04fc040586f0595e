import { createHash, timingSafeEqual } from 'node:crypto';
import { channelNameOf } from '../log/delivery/log-channel.ts';
import type { EventDraft, EventLog } from '../log/index.ts';
import type { BearerToken, OperationDescriptor } from '../rest/operation-handlers.ts';
import { compileAddress } from '../server/handshake/address.ts';
import type { ChannelDescriptor, MessageDescriptor } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { accepts, explain, type Guard } from '../shared/guard.ts';
import { withConstants } from '../shared/identify-message.ts';
import { appendMessage } from './append-message.ts';

/** POST /publish, with which other back ends append events to the log. */
export interface PublishOptions {
  /** Default: the `eventLog` of the server. */
  readonly log?: Pick<EventLog, 'append' | 'appendOnce'>;
  /** By the name of a back end: the key that it sends as its bearer token, at least 32 characters. */
  readonly keys: Readonly<Record<string, string>>;
  /**
   * The content of the message that clients get, without its cursor, of a payload in the log. Default: the payload, or
   * what `delivery.payloadProperty` says.
   */
  readonly contentOf?: (event: Pick<EventDraft, 'channel' | 'message'>, payload: unknown) => unknown;
}

/** With all defaults. */
export type AppendingPublishOptions = Required<PublishOptions>;

/** A back end whose key was accepted. */
interface Publisher {
  readonly id: string;
}

interface PublishRequest {
  readonly headers: { readonly 'Idempotency-Key'?: string };
  readonly body: EventDraft;
}

const scheme = 'posted.serverKey';
const minKeyLength = 32;

/** The operation, in the form of generated ones. */
export const publishOperation: OperationDescriptor = {
  operationId: 'posted.publish',
  method: 'POST',
  path: '/publish',
  security: [scheme],
  pathParameters: undefined,
  query: undefined,
  headers: createGuard<object>(hasValidKey, 'Idempotency-Key must be 1 to 255 characters from "!" to "~"'),
  headerNames: ['Idempotency-Key'],
  body: createGuard<EventDraft>(
    isDraft,
    'must have the texts channel, message and topic, and a payload; also is an array of users, and entity a text',
  ),
  responses: { 200: createGuard<unknown>(() => true, '') },
};

/**
 * The handler of the operation, and the hook that checks its keys.
 *
 * @throws TypeError for a key that is too short or that no header can contain
 */
export function createPublish(
  channels: Readonly<Record<string, ChannelDescriptor>>,
  { log, keys, contentOf }: AppendingPublishOptions,
) {
  const publishers = Object.entries(keys).map(([id, key]) => ({ id, hash: hashOf(checkKey(id, key)) }));

  /** Compares with all keys, so that the time says nothing about them. */
  function authenticate({ token }: BearerToken): Publisher {
    const hash = hashOf(token);
    const [found] = publishers.filter((publisher) => timingSafeEqual(publisher.hash, hash));
    if (found === undefined) throw new PostedError('unauthorized', 'The server key is not valid.');
    return { id: found.id };
  }

  async function publish(
    { headers, body }: PublishRequest,
    { user }: { readonly user: Publisher },
  ): Promise<{ readonly seq: number }> {
    const { channel, message, payload } = body;
    checkMessage(findMessage(channels, body), contentOf({ channel, message }, payload));
    const key = headers['Idempotency-Key'];
    return { seq: await appendMessage(log, body, key === undefined ? undefined : { user: user.id, key }) };
  }

  return {
    operations: { [publishOperation.operationId]: publishOperation },
    handlers: { [publishOperation.operationId]: publish },
    security: { [scheme]: authenticate },
  };
}

function findMessage(
  channels: Readonly<Record<string, ChannelDescriptor>>,
  { channel, message }: EventDraft,
): MessageDescriptor {
  const name = channelNameOf(channel);
  const descriptor = Object.hasOwn(channels, name) ? channels[name] : undefined;
  const found = descriptor?.send.find((sent) => sent.name === message);
  if (descriptor !== undefined && found !== undefined && isInLog(descriptor, channel)) return found;
  throw new PostedError(
    'invalid_request',
    'The contract has no such channel, or the channel does not send the message.',
  );
}

/** Whether events of the channel can have this channel in the log: with a path if its address has parameters. */
function isInLog({ name, address, delivery }: ChannelDescriptor, logChannel: string): boolean {
  if (logChannel === name) return delivery === undefined || !address.includes('{');
  const [path = ''] = logChannel.slice(name.length + 1).split(' ', 1);
  return address.includes('{') && typeof compileAddress(address, [])(path) === 'object';
}

function checkMessage(message: MessageDescriptor, content: unknown): void {
  if (message.encoding !== 'json' || message.guard === undefined) {
    throw new PostedError('invalid_request', 'Only messages in JSON can be published.');
  }
  if (accepts(message.guard, withConstants(message, content))) return;
  throw new PostedError('invalid_request', explain(message.guard, `The message ${message.name}:`));
}

function checkKey(id: string, key: string): string {
  if (key.length >= minKeyLength && /^[A-Za-z0-9\-._~+/]+=*$/.test(key)) return key;
  throw new TypeError(
    `The server key of ${id} must be at least ${minKeyLength} letters, digits and "-._~+/", such as the output of \`openssl rand -base64 32\`.`,
  );
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function hasValidKey(headers: unknown): boolean {
  const { 'Idempotency-Key': key } = headers as PublishRequest['headers'];
  return key === undefined || /^[!-~]{1,255}$/.test(key);
}

function isDraft(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('payload' in value)) return false;
  const { channel, message, topic, also = [], entity = '' } = value as Readonly<Record<string, unknown>>;
  return (
    [channel, message, topic, entity].every(isText) &&
    topic !== '' &&
    Array.isArray(also) &&
    also.every(isText)
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** A guard in the form of generated ones, whose only error has this text. */
function createGuard<Value>(isValid: (value: unknown) => boolean, message: string): Guard<Value> {
  const guard: Guard<Value> = (value): value is Value => {
    guard.errors = isValid(value) ? null : [{ instancePath: '', keyword: '', message, params: {} }];
    return guard.errors === null;
  };
  return guard;
}
