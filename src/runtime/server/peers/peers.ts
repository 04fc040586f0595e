import type { Bus, BusDropReason, BusListener, BusState } from '../../shared/bus.ts';
import type { LogLimit } from '../../shared/log-limit.ts';
import type { SentRevocation } from '../../shared/revocation.ts';
import type { ConnectionFilter } from '../connection-filter.ts';
import type { Presence } from '../handlers.ts';
import type { PeersObserver } from '../observer.ts';
import {
  decodePeerMessage,
  encodePeerMessage,
  type PeerDropReason,
  type PeerMessage,
  type RoomMessage,
} from './peer-message.ts';
import { answersTo, type Members, PresenceQueries } from './presence-queries.ts';

/** This node, as the other nodes use it. */
export interface LocalNode {
  /** Sends the message to the connections of this node, or returns the reason to drop it. */
  deliver(message: RoomMessage): DeliveryProblem | null;
  /** Closes the connections of this node that match. */
  kick(filter: ConnectionFilter, reason: string): void;
  /** Applies a revocation of another node. */
  revoke(revocation: SentRevocation): void;
  /** The connections of this node; undefined if the contract has no such channel. */
  membersOf(channel: string, room: string): Members | undefined;
}

/** Why a node does not deliver a message of another one, which may have another version of the contract. */
export interface DeliveryProblem {
  readonly reason: 'unknown_channel' | 'unknown_message' | 'invalid';
  /** What is wrong, without the message. */
  readonly problem?: string;
}

export interface PeersOptions {
  /** Undefined: there are no other nodes. */
  readonly bus: Bus | undefined;
  /** The title of the contract, which tells applications on one bus apart. */
  readonly application: string;
  readonly node: LocalNode;
  readonly observer: PeersObserver;
  readonly failures: LogLimit;
}

/** A bus that has been up for less than this may not know all nodes. */
const settleMs = 500;

/**
 * The other nodes of the application. What is sent to them is delivered at most once and stored nowhere. Anyone who can
 * publish on the bus can send such messages, so a message for clients is checked against the contract.
 */
export class Peers {
  readonly #options: PeersOptions;
  readonly #queries: PresenceQueries;
  #starting: Promise<void> | null = null;
  /** When the bus came up; infinity while it is down. */
  #upAtMs = Number.POSITIVE_INFINITY;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#queries = new PresenceQueries({
      ask: (question) => this.#publish({ kind: 'presence', ...question }),
      nodes: () => options.bus?.nodes ?? new Set(),
      isSettled: () => performance.now() - this.#upAtMs >= settleMs,
    });
  }

  /** Joins the other nodes, once. Rejects if the bus can never be used. */
  start(): Promise<void> {
    this.#starting ??= this.#options.bus?.start(this.#createListener()) ?? Promise.resolve();
    return this.#starting;
  }

  /** Sends what is pending, and leaves the other nodes. */
  async close(): Promise<void> {
    if (this.#starting !== null) await this.#options.bus?.close();
  }

  sendToRoom(message: RoomMessage): void {
    this.#publish({ kind: 'room', ...message });
  }

  /** Closes the connections of all other nodes that match the filter, in which a user is an id. */
  kick(filter: ConnectionFilter, reason: string): void {
    this.#publish({ kind: 'kick', filter, reason });
  }

  revoke(revocation: SentRevocation): void {
    this.#publish({ kind: 'revoke', revocation });
  }

  async presence(channel: string, room: string): Promise<Presence> {
    const { bus, node } = this.#options;
    const remote =
      bus?.state === 'up'
        ? await this.#queries.find(channel, room)
        : { count: 0, users: new Set<string>(), isComplete: bus === undefined };
    const local = node.membersOf(channel, room) ?? nobody;
    if (bus !== undefined && !remote.isComplete) {
      const message = 'the presence of a room is incomplete: the bus is down, or a node did not answer';
      this.#options.failures.write('warn', { channel }, {}, message);
    }
    return {
      count: local.count + remote.count,
      users: [...local.users.union(remote.users)].toSorted(),
      isComplete: remote.isComplete,
    };
  }

  #publish(message: PeerMessage): void {
    const { bus, application, observer } = this.#options;
    if (bus === undefined) return;
    bus.publish(encodePeerMessage(application, message));
    observer.peerMessageSent();
  }

  #createListener(): BusListener {
    const { observer } = this.#options;
    return {
      onMessage: (bytes, node) => this.#receive(bytes, node),
      onChange: (state: BusState) => {
        this.#upAtMs = state === 'up' ? performance.now() : Number.POSITIVE_INFINITY;
        observer.peersChanged(state);
      },
      onDropped: (reason: BusDropReason) => this.#drop(reason, {}),
    };
  }

  #receive(bytes: Uint8Array, from: string): void {
    const { application, observer, node } = this.#options;
    const message = decodePeerMessage(application, bytes);
    if (typeof message === 'string') {
      this.#drop(message, { node: from });
      return;
    }
    observer.peerMessageReceived();
    if (message.kind === 'room') {
      const problem = node.deliver(message);
      if (problem !== null) this.#drop(problem.reason, { node: from, ...problem });
    } else if (message.kind === 'kick') {
      node.kick(message.filter, message.reason);
    } else if (message.kind === 'revoke') {
      node.revoke(message.revocation);
    } else if (message.kind === 'presence') {
      const members = node.membersOf(message.channel, message.room) ?? nobody;
      for (const answer of answersTo(message.query, members)) this.#publish({ kind: 'members', ...answer });
    } else {
      this.#queries.answered(from, message);
    }
  }

  #drop(reason: PeerDropReason, fields: object): void {
    this.#options.observer.peerMessageDropped(reason);
    const text = `a message ${descriptions[reason]}`;
    this.#options.failures.write('warn', { reason }, { ...fields }, text);
  }
}

const nobody: Members = { count: 0, users: new Set() };

const descriptions: Readonly<Record<PeerDropReason, string>> = {
  foreign: 'of the bus was ignored: it is not from a node',
  newer_version: 'of another node was ignored: update this server',
  too_large: 'between nodes was dropped: it is larger than 1 MB',
  overflow: 'to other nodes was dropped: too many are pending',
  expired: 'to other nodes was dropped: the bus was down for too long',
  other_application: 'of another application was ignored: use another topic for it',
  unknown_channel: 'of another node was dropped: the contract of this node does not have its channel',
  unknown_message: 'of another node was dropped: the contract of this node does not have it',
  invalid: 'of another node was dropped: it breaks the contract of this node',
};
