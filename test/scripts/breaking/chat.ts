import { joinPointer, setAt, splitPointer, valueAt } from '../../../scripts/posted/contract/json-pointer.ts';

/** New values by pointer; undefined removes what is there. */
export type Edits = Readonly<Record<string, unknown>>;

export function edited(document: object, edits: Edits): object {
  const copy = structuredClone(document);
  for (const [pointer, value] of Object.entries(edits)) {
    const keys = splitPointer(pointer);
    const parent = valueAt(copy, joinPointer('', ...keys.slice(0, -1)));
    if (value === undefined) Reflect.deleteProperty(Object(parent), keys.at(-1) ?? '');
    else setAt(copy, pointer, value);
  }
  return copy;
}

function message(type: string, properties: object = {}): object {
  const all = { type: { const: type }, ...properties };
  return { payload: { type: 'object', properties: all, required: Object.keys(all) } };
}

const text = { type: 'string', maxLength: 9 };
const id = { type: 'string' };
const correlationId = { location: '$message.payload#/id' };

export const perUser = (count: number): object => ({ per: 'user', rate: count, seconds: 1 });

const room = '#/channels/room';

export const messageOf = (name: string): object => ({ $ref: `${room}/messages/${name}` });

export const queryOf = (required: readonly string[]): object => ({
  ws: { query: { type: 'object', properties: { since: id }, required, additionalProperties: false } },
});

/** An AsyncAPI document that the tests edit. */
export const chat = {
  asyncapi: '3.0.0',
  info: { title: 'Chat', version: '1.0.0' },
  servers: {
    production: {
      host: 'chat.example.org',
      protocol: 'wss',
      security: [{ $ref: '#/components/securitySchemes/token' }],
    },
  },
  channels: {
    room: {
      address: '/rooms/{room}',
      parameters: { room: { enum: ['red', 'blue'] } },
      servers: [{ $ref: '#/servers/production' }],
      bindings: queryOf([]),
      messages: {
        said: message('said', { text }),
        left: message('left'),
        say: { correlationId, ...message('say', { id, text }) },
        stored: { correlationId, ...message('stored', { id }) },
        typing: message('typing'),
      },
      'x-limits': [perUser(10)],
    },
  },
  operations: {
    tell: { action: 'send', channel: { $ref: room }, messages: [messageOf('said'), messageOf('left')] },
    say: {
      action: 'receive',
      channel: { $ref: room },
      messages: [messageOf('say')],
      reply: { messages: [messageOf('stored')] },
    },
    type: { action: 'receive', channel: { $ref: room }, messages: [messageOf('typing')] },
  },
  components: {
    securitySchemes: {
      token: {
        type: 'oauth2',
        flows: {
          clientCredentials: {
            tokenUrl: 'https://id.example.org',
            availableScopes: { talk: 'talk', read: 'read' },
          },
        },
        scopes: ['talk'],
      },
      key: { type: 'httpApiKey', name: 'X-Key', in: 'header' },
    },
  },
};

/** The chat with messages that are durable. */
export function durable(delivery: object): object {
  return edited(chat, {
    '/channels/room/bindings': undefined,
    '/channels/room/x-delivery': {
      messages: ['said', 'left'],
      audience: 'everyone',
      resume: 'since',
      ...delivery,
    },
  });
}
