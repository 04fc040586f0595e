import type { BusDropReason } from '../../shared/bus.ts';
import { joinHeader, splitHeader } from '../../shared/header-line.ts';
import { readRevocation, type SentRevocation } from '../../shared/revocation.ts';
import type { ConnectionFilter } from '../connection-filter.ts';

/** A message for the connections of a room, which may be on any node. */
export interface RoomMessage {
  /** The channel's name in the contract. */
  readonly channel: string;
  /** The key of the room. */
  readonly room: string;
  /** The message's name in the contract. */
  readonly message: string;
  /** The payload of its frame. */
  readonly payload: Uint8Array;
}

/** A question about the connections of a room. Every node answers it. */
export interface PresenceQuestion {
  readonly query: string;
  readonly channel: string;
  readonly room: string;
}

/** A part of a node's answer, because all users of a room may be too large for one message. */
export interface PresenceAnswer {
  readonly query: string;
  /** From 0 to `parts` - 1. */
  readonly part: number;
  readonly parts: number;
  /** The number of connections to the room on that node. */
  readonly count: number;
  /** Some of their users. */
  readonly users: readonly string[];
}

/** What nodes of an application send each other. */
export type PeerMessage =
  | ({ readonly kind: 'room' } & RoomMessage)
  | { readonly kind: 'kick'; readonly filter: ConnectionFilter; readonly reason: string }
  | { readonly kind: 'revoke'; readonly revocation: SentRevocation }
  | ({ readonly kind: 'presence' } & PresenceQuestion)
  | ({ readonly kind: 'members' } & PresenceAnswer);

/** Why a message of another node is dropped. */
export type PeerDropReason = (typeof peerDropReasons)[number] | BusDropReason;

export const peerDropReasons = [
  'other_application',
  'unknown_channel',
  'unknown_message',
  /** It breaks the contract. */
  'invalid',
] as const;

const version = 1;
const maxParts = 10_000;

/** `application` is the same on all nodes; messages with another are dropped. */
export function encodePeerMessage(application: string, message: PeerMessage): Buffer {
  if (message.kind !== 'room') return joinHeader({ version, application, ...message }, []);
  const { payload, ...header } = message;
  return joinHeader({ version, application, ...header }, [payload]);
}

/** Reads a message that anyone may have sent: its form is checked, not whether it fits the contract. */
export function decodePeerMessage(application: string, bytes: Uint8Array): PeerMessage | PeerDropReason {
  const { header, body } = splitHeader(bytes) ?? {};
  if (header === undefined || body === undefined || typeof header.version !== 'number') return 'foreign';
  if (header.version > version) return 'newer_version';
  if (header.application !== application) return 'other_application';
  const { kind } = header;
  if (!isKind(kind)) return 'newer_version';
  return decoders[kind](header, body) ?? 'foreign';
}

type Header = Readonly<Record<string, unknown>>;

const decoders = {
  room({ channel, room, message }, payload) {
    if (!isText(channel) || !isText(room) || !isText(message)) return undefined;
    return { kind: 'room', channel, room, message, payload };
  },
  kick({ filter, reason }) {
    const known = readFilter(filter);
    return known === undefined || !isText(reason) ? undefined : { kind: 'kick', filter: known, reason };
  },
  revoke({ revocation }) {
    const known = readRevocation(revocation);
    return known === undefined ? undefined : { kind: 'revoke', revocation: known };
  },
  presence({ query, channel, room }) {
    if (!isText(query) || !isText(channel) || !isText(room)) return undefined;
    return { kind: 'presence', query, channel, room };
  },
  members({ query, part, parts, count, users }) {
    if (!isText(query) || !isIndex(part) || !isIndex(parts) || !isIndex(count)) return undefined;
    if (part >= parts || parts > maxParts || !Array.isArray(users) || !users.every(isText)) return undefined;
    return { kind: 'members', query, part, parts, count, users };
  },
} satisfies Record<PeerMessage['kind'], (header: Header, body: Uint8Array) => PeerMessage | undefined>;

function isKind(kind: unknown): kind is PeerMessage['kind'] {
  return typeof kind === 'string' && Object.hasOwn(decoders, kind);
}

/** The filter of a kick, which must have at least one member; undefined if it is not one. */
function readFilter(value: unknown): ConnectionFilter | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const members = Object.entries(value);
  const isFilter = members.every(([name, member]) => filterMembers.includes(name) && isText(member));
  return isFilter && members.length > 0 ? Object.fromEntries(members) : undefined;
}

const filterMembers: readonly string[] = [
  'user',
  'channel',
  'connection',
] satisfies (keyof ConnectionFilter)[];

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
