import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { PostedError } from '../shared/errors.ts';
import { accepts, explain } from '../shared/guard.ts';
import type { WebSocketConnection } from './connection/connection.ts';
import type { Members } from './peers/presence-queries.ts';

/** What identifies a room: the values of its address's parameters and of the server's variables. */
export interface RoomValues {
  readonly params: object;
  readonly variables: Readonly<Record<string, string>>;
}

/** A room, by its path and its key. */
export interface RoomTarget {
  readonly address: string;
  readonly key: string;
}

const nobody: ReadonlySet<WebSocketConnection> = new Set();

/** The open connections of one channel on this node, by room: one for each concrete address. */
export class Rooms {
  readonly #channel: ChannelDescriptor;
  readonly #members = new Map<string, Set<WebSocketConnection>>();

  constructor(channel: ChannelDescriptor) {
    this.#channel = channel;
  }

  add(connection: WebSocketConnection): void {
    const key = this.#keyOf(connection);
    const members = this.#members.get(key);
    if (members === undefined) this.#members.set(key, new Set([connection]));
    else members.add(connection);
  }

  remove(connection: WebSocketConnection): void {
    const key = this.#keyOf(connection);
    const members = this.#members.get(key);
    if (members === undefined) return;
    members.delete(connection);
    if (members.size === 0) this.#members.delete(key);
  }

  membersOf(key: string): ReadonlySet<WebSocketConnection> {
    return this.#members.get(key) ?? nobody;
  }

  /** How many connections of a room are on this node, and their users. */
  countOf(key: string): Members {
    const members = this.membersOf(key);
    const users = new Set<string>();
    for (const { user } of members) if (user !== undefined) users.add(user.id);
    return { count: members.size, users };
  }

  /** The room with these values. */
  targetOf(values: RoomValues): RoomTarget {
    return { address: this.#addressOf(values.params), key: this.#keyOf(values) };
  }

  /** All connections of the channel. */
  *all(): Generator<WebSocketConnection> {
    for (const members of this.#members.values()) yield* members;
  }

  /**
   * The key of the room with these values: its path, and the variables of the server if it has any, so that the rooms
   * of one tenant are not those of another.
   */
  #keyOf({ params, variables }: RoomValues): string {
    const path = this.#addressOf(params);
    const names = Object.keys(variables);
    if (names.length === 0) return path;
    return `${path} ${JSON.stringify(names.toSorted().map((name) => [name, variables[name]]))}`;
  }

  /** The channel's address with the values of its parameters. */
  #addressOf(params: object): string {
    const { address } = this.#channel;
    if (!address.includes('{')) return address;
    const values = params as Readonly<Record<string, unknown>>;
    return address.replaceAll(/\{([^{}]+)\}/g, (_expression, name: string) =>
      encodeURIComponent(String(values[name])),
    );
  }

  /**
   * Checks the values of a room that the application names.
   *
   * @throws PostedError `invalid_request` if no address of the channel has these parameters
   */
  check(params: object | undefined): object {
    const { name, parameters, parameterDefaults } = this.#channel;
    const given = Object.entries(params ?? {}).map(([key, value]) => [key, String(value)]);
    const values = { ...parameterDefaults, ...Object.fromEntries(given) };
    if (parameters === undefined) {
      const [unknown] = Object.keys(values);
      if (unknown === undefined) return values;
      throw new PostedError('invalid_request', `channel ${name} has no parameter ${unknown}`);
    }
    if (accepts(parameters, values)) return values;
    throw new PostedError('invalid_request', explain(parameters, `room of channel ${name}:`));
  }
}
