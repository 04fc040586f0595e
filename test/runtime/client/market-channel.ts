import type {
  Answer,
  ClientBase,
  ClientChannel,
  Content,
  Handler,
  Reply,
  RequestOptions,
  Stop,
  Uncorrelated,
} from '../../../src/runtime/client/index.ts';
import { guard, is, isText, message, type NoTypes, nothing, operation } from './chat-channel.ts';

export interface Ask {
  readonly type: 'ask';
  readonly meta: { readonly id: string };
  readonly symbol: string;
}

export interface Price {
  readonly type: 'price';
  readonly id?: string;
  readonly cents: number;
}

export interface Unknown {
  readonly type: 'unknown';
  readonly id?: string;
}

interface Count {
  readonly type: 'count';
}

interface Total {
  readonly type: 'total';
  readonly total: number;
}

interface Book {
  readonly type: 'book';
  readonly id: number;
}

interface Booked {
  readonly type: 'booked';
  readonly id: number;
}

interface Probe {
  readonly type: 'probe';
  readonly id?: string;
}

interface Pong {
  readonly type: 'pong';
  readonly id?: string;
}

interface Choose {
  readonly type: 'choose';
}

export interface MarketTypes extends Omit<NoTypes, 'answer'> {
  readonly answer: {
    ping(message: Probe): Content<Pong, 'type' | 'id'> | Promise<Content<Pong, 'type' | 'id'>>;
    decide(
      message: Choose,
      context: {
        readonly reply: { yes(content: object): Reply<'yes'>; no(content: object): Reply<'no'> };
      },
    ): Reply<'yes' | 'no'> | Promise<Reply<'yes' | 'no'>>;
  };
}

export interface MarketClient extends ClientBase<Price | Probe | Choose> {
  readonly on: {
    price(handler: Handler<Price>): Stop;
    probe(handler: Handler<Probe>): Stop;
    choose(handler: Handler<Choose>): Stop;
  };
  quote(
    content: Content<Uncorrelated<Ask, ['meta', 'id']>, 'type'>,
    options?: RequestOptions,
  ): Promise<Answer<{ readonly price: Price; readonly unknown: Unknown }>>;
  count(content: Content<Count, 'type'>, options?: RequestOptions): Promise<Total>;
  book(content: Content<Book, 'type' | 'id'>, options?: RequestOptions): Promise<Booked>;
}

const isNumber = (value: unknown) => typeof value === 'number';
const isMaybeText = (value: unknown) => value === undefined || isText(value);
const hasId = (value: unknown) => isText(Object(value).id);

/** Requests in both directions, with and without correlation ids. */
export const market: ClientChannel<MarketClient, MarketTypes> = {
  ...nothing,
  address: '/market',
  send: [
    message('price', {
      guard: guard({ type: is('price'), id: isMaybeText, cents: isNumber }),
      correlationId: ['id'],
    }),
    message('unknown', { guard: guard({ type: is('unknown'), id: isMaybeText }), correlationId: ['id'] }),
    message('total', { guard: guard({ type: is('total'), total: isNumber }) }),
    message('booked', { guard: guard({ type: is('booked'), id: isNumber }), correlationId: ['id'] }),
    message('probe', { guard: guard({ type: is('probe'), id: isMaybeText }), correlationId: ['id'] }),
    message('choose', { guard: guard({ type: is('choose') }) }),
  ],
  receive: [
    message('ask', {
      guard: guard({ type: is('ask'), meta: hasId, symbol: isText }),
      correlationId: ['meta', 'id'],
    }),
    message('count', { guard: guard({ type: is('count') }) }),
    message('book', { guard: guard({ type: is('book'), id: isNumber }), correlationId: ['id'] }),
    message('pong', { guard: guard({ type: is('pong'), id: isMaybeText }), correlationId: ['id'] }),
    message('yes', { guard: guard({ type: is('yes'), id: isMaybeText }), correlationId: ['id'] }),
    message('no', { guard: guard({ type: is('no') }) }),
  ],
  operations: [
    { ...operation('receive', ['ask']), name: 'quote', reply: ['price', 'unknown'] },
    { ...operation('receive', ['count']), name: 'count', reply: ['total'] },
    { ...operation('receive', ['book']), name: 'book', reply: ['booked'] },
    { ...operation('send', ['probe']), name: 'ping', reply: ['pong'] },
    { ...operation('send', ['choose']), name: 'decide', reply: ['yes', 'no'] },
    operation('send', ['price']),
  ],
};
