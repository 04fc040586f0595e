import {
  type ClientBase,
  type ClientChannel,
  type Content,
  exchanging,
  type Handler,
  type RequestOptions,
  type SendOptions,
  type Stop,
} from '../../../src/runtime/client/index.ts';
import type { ChannelDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { guard, is, isText, message, type NoTypes, nothing, operation, scheme } from './chat-channel.ts';

interface Message<Type extends string> {
  readonly type: Type;
  readonly id: string;
}

export interface TalkTypes extends Omit<NoTypes, 'credentials' | 'answer'> {
  readonly credentials: { readonly login: 'basic'; readonly key: 'apiKey' };
  readonly answer: { ping(message: Message<'probe'>): Content<Message<'pong'>, 'type' | 'id'> };
}

export interface TalkClient extends ClientBase<Uint8Array | Message<'probe'>> {
  readonly on: {
    chunk(handler: Handler<Uint8Array>): Stop;
    probe(handler: Handler<Message<'probe'>>): Stop;
  };
  upload(content: Uint8Array, options?: SendOptions): void;
  count(
    content: Content<Message<'count'>, 'type' | 'id'>,
    options?: RequestOptions,
  ): Promise<Message<'total'> & { readonly total: number }>;
}

const bytes = { encoding: 'binary', tag: undefined } as const;
const correlated = (type: string) =>
  message(type, { guard: guard({ type: is(type), id: isText }), correlationId: ['id'] });

/** Bytes and requests in both directions. */
export const talkDescriptor: ChannelDescriptor = {
  ...nothing,
  name: 'talk',
  address: '/talk',
  security: [
    scheme('login', { credentials: 'basic' }),
    scheme('key', { credentials: 'apiKey', in: 'header', parameter: 'X-Key' }),
  ],
  send: [
    message('chunk', bytes),
    correlated('probe'),
    message('total', {
      guard: guard({ type: is('total'), id: isText, total: (value) => typeof value === 'number' }),
      correlationId: ['id'],
    }),
  ],
  receive: [message('upload', bytes), correlated('count'), correlated('pong')],
  operations: [
    operation('send', ['chunk']),
    operation('receive', ['upload']),
    { ...operation('receive', ['count']), name: 'count', reply: ['total'] },
    { ...operation('send', ['probe']), name: 'ping', reply: ['pong'] },
  ],
};

export const talk: ClientChannel<TalkClient, TalkTypes> = { ...talkDescriptor, sending: exchanging };
