import type { Closed, Connection, Handshake, Publish } from '../../src/runtime/server/handlers.ts';
import type { BearerCredentials } from '../../src/runtime/shared/credentials.ts';
import type { ChannelDescriptor, Contract, MessageDescriptor } from '../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';

/** A handwritten contract of chat rooms, with features that the feed server does not use. */

export interface Said {
  readonly type: 'said';
  readonly text: string;
}

export interface Member {
  readonly id: string;
  readonly expiresAtMs?: number;
}

export interface RoomSession {
  readonly user: string;
  readonly room: string;
  readonly loud: boolean;
}

export interface RoomHandlers {
  readonly security: { bearerAuth(credentials: BearerCredentials): Member | Promise<Member> };
  accept(
    handshake: Handshake<Member, { readonly roomId: string }, { readonly loud: boolean }>,
  ): RoomSession | Promise<RoomSession>;
  opened(connection: Connection<RoomSession>): void;
  closed(session: RoomSession, closed: Closed): void;
  readonly hear: { said(publish: Publish<Said, RoomSession>): void };
  readonly speak: {
    say(message: Said, connection: Connection<RoomSession>): void | Promise<void>;
    leave(message: { readonly type: 'leave' }, connection: Connection<RoomSession>): void;
  };
}

export interface RoomsHandlers {
  readonly room: RoomHandlers;
}

function makeGuard<Value>(check: (value: Record<string, unknown>) => string | null): Guard<Value> {
  const guard: Guard<Value> = (value): value is Value => {
    const problem =
      typeof value === 'object' && value !== null
        ? check(value as Record<string, unknown>)
        : 'must be object';
    guard.errors =
      problem === null ? null : [{ instancePath: '', keyword: 'test', message: problem, params: {} }];
    return problem === null;
  };
  return guard;
}

function isMessage(type: string, properties: readonly string[]): Guard<never> {
  return makeGuard((value) => {
    if (value.type !== type) return 'must have its type';
    const unknown = Object.keys(value).find((key) => key !== 'type' && !properties.includes(key));
    if (unknown !== undefined) return 'must NOT have additional properties';
    return properties.every((key) => typeof value[key] === 'string') ? null : 'must have text';
  });
}

const room: ChannelDescriptor = {
  name: 'room',
  address: '/rooms/{roomId}/talk',
  description: 'A room.',
  parameters: makeGuard(({ roomId }) => (roomId === 'cellar' ? 'must be a room that exists' : null)),
  query: makeGuard((query) => {
    const unknown = Object.keys(query).find((name) => name !== 'loud');
    if (unknown !== undefined) return 'must NOT have additional properties';
    if (query.loud !== undefined && query.loud !== 'true') return 'must be boolean';
    query.loud = query.loud === 'true';
    return null;
  }),
  servers: [],
  parameterDefaults: {},
  headers: undefined,
  headerNames: [],
  security: [{ name: 'bearerAuth', credentials: 'bearer', in: 'authorization', parameter: '', scopes: [] }],
  send: [message('said', ['text'])],
  receive: [message('say', ['text'], 'said'), message('leave', [])],
  operations: [
    { name: 'hear', action: 'send', messages: ['said'], reply: undefined, security: [] },
    { name: 'speak', action: 'receive', messages: ['say', 'leave'], reply: undefined, security: [] },
  ],
  resume: undefined,
};

function message(name: string, properties: readonly string[], type = name): MessageDescriptor {
  return {
    name,
    contentType: 'application/json',
    encoding: 'json',
    tag: { path: ['type'], values: [type] },
    constants: { type },
    guard: isMessage(type, properties),
    correlationId: undefined,
  };
}

export const rooms: Contract<RoomsHandlers> = { title: 'Rooms', version: '1.0.0', channels: { room } };

/** Creates the handlers of rooms where everybody receives everything said. The token is the member's name. */
export function createRoomHandlers(overrides: Partial<RoomHandlers> = {}): RoomsHandlers & {
  readonly connections: Set<Connection<RoomSession>>;
  readonly ended: (readonly [RoomSession, Closed])[];
  publish(message: Said): number;
} {
  const connections = new Set<Connection<RoomSession>>();
  const ended: [RoomSession, Closed][] = [];
  let publishSaid: Publish<Said, RoomSession> | null = null;
  return {
    connections,
    ended,
    publish: (said) => publishSaid?.(said, connections) ?? 0,
    room: {
      security: {
        bearerAuth({ token }) {
          if (token === 'forged') throw new PostedError('unauthorized', 'The signature is not valid.');
          if (token === 'broken') throw new Error('the key store is on fire');
          return token === 'mayfly' ? { id: token, expiresAtMs: Date.now() } : { id: token };
        },
      },
      accept: ({ principal, parameters, query }) => ({
        user: principal.id,
        room: parameters.roomId,
        loud: query.loud,
      }),
      opened: (connection) => void connections.add(connection),
      closed(session, closed) {
        ended.push([session, closed]);
        for (const connection of connections)
          if (connection.session === session) connections.delete(connection);
      },
      hear: {
        said(publish) {
          publishSaid = publish;
        },
      },
      speak: {
        say(said) {
          publishSaid?.(said, connections);
        },
        leave(_message, connection) {
          connection.close('normal', 'bye');
        },
      },
      ...overrides,
    },
  };
}
