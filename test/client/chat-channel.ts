import type { ClientChannel } from '../../src/client/index.ts';
import type { Guard } from '../../src/guard.ts';

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

export interface ChatTypes {
  readonly credentials: { readonly bearerAuth: 'bearer' };
  readonly parameters: { readonly room: string };
  readonly query: { readonly audience?: 'everyone' | 'friends'; readonly limit?: number };
  readonly receives: { readonly post: PostMessage; readonly notice: NoticeMessage };
  readonly sends: { readonly say: SayMessage };
}

/** The frame of a message `post`. */
export const postFrame = (text: string): string =>
  JSON.stringify({ type: 'post', text } satisfies PostMessage);

/** A guard as a generator would compile it: it says where the first fault is. */
function guard<Value extends object>(checks: Readonly<Record<string, (value: unknown) => boolean>>) {
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

const isText = (value: unknown) => typeof value === 'string';
const is = (constant: string) => (value: unknown) => value === constant;

/** What the generator would write for a channel with everything in it. */
export const chat: ClientChannel<ChatTypes> = {
  name: 'chat',
  address: '/rooms/{room}/chat',
  description: 'What is said in a room.',
  parameters: guard({ room: isText }),
  query: guard({
    audience: (value) => [undefined, 'everyone', 'friends'].includes(value as string | undefined),
    limit: (value) => value === undefined || (typeof value === 'string' && /^\d+$/.test(value)),
  }),
  security: [{ name: 'bearerAuth', type: 'http', scheme: 'bearer' }],
  send: [
    {
      operation: 'sendPost',
      name: 'post',
      contentType: 'application/json',
      tag: { property: 'type', value: 'post' },
      guard: guard({ type: is('post'), text: isText }),
    },
    {
      operation: 'sendNotice',
      name: 'notice',
      contentType: 'application/json',
      tag: { property: 'type', value: 'notice' },
      guard: guard({ type: is('notice'), count: (value) => typeof value === 'number' }),
    },
  ],
  receive: [
    {
      operation: 'receiveSay',
      name: 'say',
      contentType: 'application/json',
      tag: undefined,
      guard: guard({ type: is('say'), text: isText }),
    },
  ],
};

export interface NewsTypes {
  readonly credentials: Record<string, never>;
  readonly parameters: Record<string, never>;
  readonly query: Record<string, never>;
  readonly receives: { readonly post: PostMessage };
  readonly sends: Record<string, never>;
}

/** One that is open to everyone, and has nothing in its address, one message and no tag. */
export const news: ClientChannel<NewsTypes> = {
  name: 'news',
  address: '/news',
  description: 'What is new.',
  parameters: undefined,
  query: undefined,
  security: [],
  send: [
    {
      operation: 'sendPost',
      name: 'post',
      contentType: 'application/json',
      tag: undefined,
      guard: guard({ type: is('post'), text: isText }),
    },
  ],
  receive: [],
};
