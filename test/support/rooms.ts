import type { Closed, Connection } from '../../src/runtime/server/handlers.ts';
import type { BearerCredentials } from '../../src/runtime/shared/credentials.ts';
import type { ChannelDescriptor, Contract, MessageDescriptor } from '../../src/runtime/shared/descriptor.ts';
import { PostedError } from '../../src/runtime/shared/errors.ts';
import type { Guard } from '../../src/runtime/shared/guard.ts';
import { type LooseApp, type LooseTypes, type StartOptions, startContractServer } from './contract-server.ts';

/** A handwritten contract of chat rooms, with features that the feed server does not use. */

export interface Said {
  readonly type: 'said';
  readonly text: string;
}

export interface Member {
  readonly id: string;
  readonly expiresAtMs?: number;
}

export interface RoomState {
  readonly user: string;
  readonly room: string;
  readonly loud: boolean;
}

type RoomConnection = Connection<Member, RoomState>;

interface RoomHandshake {
  readonly user: Member;
  readonly params: { readonly roomId: string };
  readonly query: { readonly loud: boolean };
}

export interface RoomHandlers {
  accept(handshake: RoomHandshake): RoomState | Promise<RoomState>;
  opened(connection: RoomConnection): void | Promise<void>;
  closed(connection: RoomConnection, closed: Closed): void | Promise<void>;
  readonly speak: {
    say(message: Said, context: { readonly connection: RoomConnection }): void | Promise<void>;
    leave(message: { readonly type: 'leave' }, context: { readonly connection: RoomConnection }): void;
  };
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

export const rooms: Contract<LooseTypes> = { title: 'Rooms', version: '1.0.0', channels: { room } };

/** The token is the member's name. */
export const roomSecurity = {
  bearerAuth({ token }: BearerCredentials): Member {
    if (token === 'forged') throw new PostedError('unauthorized', 'The signature is not valid.');
    if (token === 'broken') throw new Error('the key store is on fire');
    return token === 'mayfly' ? { id: token, expiresAtMs: Date.now() } : { id: token };
  },
};

export interface ServedRooms {
  readonly connections: Set<RoomConnection>;
  readonly ended: (readonly [RoomState, Closed])[];
  /** The app of the server that has these handlers. */
  app: LooseApp | null;
  publish(message: Said): number;
  readonly room: RoomHandlers;
}

/** Creates the handlers of rooms where everybody receives everything said. */
export function createRoomHandlers(overrides: Partial<RoomHandlers> = {}): ServedRooms {
  const connections = new Set<RoomConnection>();
  const ended: [RoomState, Closed][] = [];
  const served: ServedRooms = {
    connections,
    ended,
    app: null,
    publish: (said) => served.app?.channel('room').to(connections).said?.(said) ?? 0,
    room: {
      accept: ({ user, params, query }) => ({ user: user.id, room: params.roomId, loud: query.loud }),
      opened: (connection) => void connections.add(connection),
      closed(connection, closed) {
        ended.push([connection.state, closed]);
        connections.delete(connection);
      },
      speak: {
        say: (said) => void served.publish(said),
        leave: (_message, { connection }) => connection.close('normal', 'bye'),
      },
      ...overrides,
    },
  };
  return served;
}

/** Serves rooms on a free port until the test finishes. */
export async function startRooms(handlers: ServedRooms = createRoomHandlers(), options: StartOptions = {}) {
  const started = await startContractServer(rooms, handlers, { security: roomSecurity, ...options });
  handlers.app = started.app;
  return started;
}
