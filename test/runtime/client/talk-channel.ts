import type { ClientChannel, Uncorrelated } from '../../../src/runtime/client/index.ts';
import type { ChannelDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { guard, is, isText, message, type NoTypes, nothing, operation, scheme } from './chat-channel.ts';

interface Message<Type extends string> {
  readonly type: Type;
  readonly id: string;
}

export interface TalkTypes
  extends Omit<NoTypes, 'credentials' | 'receives' | 'sends' | 'requests' | 'answers'> {
  readonly credentials: { readonly login: 'basic'; readonly key: 'apiKey' };
  readonly receives: { readonly chunk: Uint8Array; readonly probe: Message<'probe'> };
  readonly sends: { readonly upload: Uint8Array; readonly pong: Message<'pong'> };
  readonly requests: {
    readonly count: {
      readonly message: Uncorrelated<Message<'count'>, ['id']>;
      readonly reply: Message<'total'> & { readonly total: number };
    };
  };
  readonly answers: {
    readonly ping: {
      readonly message: Message<'probe'>;
      readonly reply: Uncorrelated<Message<'pong'>, ['id']>;
    };
  };
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

export const talk: ClientChannel<TalkTypes> = talkDescriptor;
