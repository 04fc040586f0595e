import {
  type ClientBase,
  type ClientChannel,
  type Content,
  exchanging,
  type Handler,
  type SendOptions,
  type Stop,
} from '../../../src/runtime/client/index.ts';
import type {
  ChannelDescriptor,
  MessageDescriptor,
  OperationDescriptor,
  SecurityScheme,
} from '../../../src/runtime/shared/descriptor.ts';
import type { Guard } from '../../../src/runtime/shared/guard.ts';

export interface PostMessage {
  readonly type: 'post';
  readonly text: string;
}

export interface NoticeMessage {
  readonly type: 'notice';
  readonly count: number;
}

export interface SayMessage {
  readonly type: 'say';
  readonly text: string;
}

/** The generated types of a channel without any features. */
export interface NoTypes {
  readonly credentials: object;
  readonly operationCredentials: object;
  readonly servers: readonly [];
  readonly params: Record<string, never>;
  readonly query: Record<string, never>;
  readonly headers: Record<string, never>;
  readonly answer: object;
  readonly reset: never;
}

/** The client of a channel without messages of the server. */
export interface PlainClient extends ClientBase<never> {
  readonly on: object;
}

export interface ChatTypes extends Omit<NoTypes, 'credentials' | 'params' | 'query'> {
  readonly credentials: { readonly bearerAuth: 'bearer' };
  readonly params: { readonly room: string };
  readonly query: { readonly audience?: 'everyone' | 'friends'; readonly limit?: number };
}

/** A client like a generated one. */
export interface ChatClient extends ClientBase<PostMessage | NoticeMessage> {
  readonly on: {
    post(handler: Handler<PostMessage>): Stop;
    notice(handler: Handler<NoticeMessage>): Stop;
  };
  say(content: Content<SayMessage, 'type'>, options?: SendOptions): void;
}

/** The frame of a message `post`. */
export const postFrame = (text: string): string =>
  JSON.stringify({ type: 'post', text } satisfies PostMessage);

/** A guard like a generated one, which reports the first invalid property. */
export function guard<Value extends object>(checks: Readonly<Record<string, (value: unknown) => boolean>>) {
  const compiled: Guard<Value> = (value): value is Value => {
    const members = Object(value) as Readonly<Record<string, unknown>>;
    const names = new Set([...Object.keys(checks), ...Object.keys(members)]);
    const fault = [...names].find((name) => !(checks[name]?.(members[name]) ?? false));
    compiled.errors =
      fault === undefined
        ? null
        : [{ instancePath: `/${fault}`, keyword: 'type', message: 'is not what it must be', params: {} }];
    return fault === undefined;
  };
  return compiled;
}

export const isText = (value: unknown) => typeof value === 'string';
export const is = (constant: string) => (value: unknown) => value === constant;

/** A JSON message identified by its `type`, unless overridden. */
export function message(name: string, rest: Partial<MessageDescriptor> = {}): MessageDescriptor {
  return {
    name,
    contentType: 'application/json',
    encoding: 'json',
    tag: { path: ['type'], values: [name] },
    constants: 'tag' in rest ? {} : { type: name },
    guard: undefined,
    correlationId: undefined,
    ...rest,
  };
}

/** An operation without a reply and without security, named after its first message, unless overridden. */
export function operation(
  action: OperationDescriptor['action'],
  messages: readonly string[],
  rest: Partial<OperationDescriptor> = {},
): OperationDescriptor {
  const [first = ''] = messages;
  return {
    name: action === 'receive' ? first : `send${first}`,
    action,
    messages,
    reply: undefined,
    security: [],
    ...rest,
  };
}

/** A bearer token scheme, unless overridden. */
export function scheme(name: string, rest: Partial<SecurityScheme> = {}): SecurityScheme {
  return { name, credentials: 'bearer', in: 'authorization', parameter: '', scopes: [], ...rest };
}

/** A channel without any features. */
export const nothing = {
  name: 'nothing',
  address: '/nothing',
  description: '',
  servers: [],
  parameters: undefined,
  parameterDefaults: {},
  query: undefined,
  headers: undefined,
  headerNames: [],
  security: [],
  send: [],
  receive: [],
  operations: [],
  resume: undefined,
} as const satisfies ChannelDescriptor;

/** A channel like a generated one, with parameters, query, security and messages. */
export const chat: ClientChannel<ChatClient, ChatTypes> = {
  ...nothing,
  sending: exchanging,
  name: 'chat',
  address: '/rooms/{room}/chat',
  description: 'The messages in a room.',
  parameters: guard({ room: isText }),
  query: guard({
    audience: (value) => [undefined, 'everyone', 'friends'].includes(value as string | undefined),
    limit: (value) => value === undefined || (typeof value === 'string' && /^\d+$/.test(value)),
  }),
  security: [scheme('bearerAuth')],
  send: [
    message('post', { guard: guard({ type: is('post'), text: isText }) }),
    message('notice', { guard: guard({ type: is('notice'), count: (value) => typeof value === 'number' }) }),
  ],
  receive: [
    message('say', {
      tag: undefined,
      constants: { type: 'say' },
      guard: guard({ type: is('say'), text: isText }),
    }),
  ],
  operations: [operation('send', ['post']), operation('send', ['notice']), operation('receive', ['say'])],
};

export interface NewsClient extends ClientBase<PostMessage> {
  readonly on: { post(handler: Handler<PostMessage>): Stop };
}

/** An open channel without parameters, with a single message and no tag. */
export const news: ClientChannel<NewsClient, NoTypes> = {
  ...nothing,
  name: 'news',
  address: '/news',
  description: 'The news.',
  send: [message('post', { tag: undefined, guard: guard({ type: is('post'), text: isText }) })],
  operations: [operation('send', ['post'])],
};
