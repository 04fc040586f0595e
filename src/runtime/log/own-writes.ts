import { createHash, randomUUID } from 'node:crypto';
import { PostedError } from '../shared/errors.ts';
import type { EventDraft, LogEngine, RunWrite } from './engine.ts';
import type { LogEvent } from './event.ts';
import type { EventLog } from './event-log.ts';
import { type KeyBounds, noKeyBounds } from './key-bounds.ts';
import { registeredWrite } from './writes/registered-write.ts';
import type { Columns, MembershipDefinition, MessageDefinition } from './writes/write-definition.ts';

export interface OwnWrites
  extends Pick<EventLog, 'appendOnce' | 'redact' | 'revise' | 'join' | 'leave' | 'revoke'> {
  readonly appendOne: (event: EventDraft) => Promise<LogEvent>;
}

const messageColumns = {
  id: 'text',
  publisher: 'text?',
  topic: 'text',
  also: 'json',
  entity: 'text?',
  payload: 'json',
} as const satisfies Columns;

const membershipColumns = { topic: 'text', member: 'text' } as const satisfies Columns;

/** The properties that all events of a write share. */
type MessageKind = Pick<MessageDefinition, 'kind' | 'channel' | 'message' | 'revises'>;

/**
 * The writes of the log's own, which change no rows of the application. Like all registered writes they run in batches.
 * `register` passes on the events that they cause.
 */
export function createOwnWrites(
  register: LogEngine['register'],
  keyBounds: Pick<KeyBounds, 'publisherKeyUsed'> = noKeyBounds,
): OwnWrites {
  const join = register(membershipWrite('join'));
  const leave = register(membershipWrite('leave'));
  const revoke = register(
    registeredWrite({
      name: 'posted.revoke',
      row: { id: 'text', subject: 'text', revocation: 'json' },
      one: ['id'],
      event: { kind: 'revoke', topic: 'subject', payload: 'revocation' },
    }),
  );
  /** By name. The channels and messages of a contract are few. */
  const messageWrites = new Map<string, RunWrite>();

  async function run(
    kind: MessageKind,
    { topic, also = [], entity, payload = null }: Omit<EventDraft, 'channel' | 'message'>,
    { user, key }: { readonly user?: string; readonly key?: string } = {},
  ): ReturnType<RunWrite> {
    const name = nameOf(kind);
    let write = messageWrites.get(name);
    if (write === undefined) {
      write = register(messageWrite(name, kind));
      messageWrites.set(name, write);
    }
    const row = { id: randomUUID(), publisher: user ?? null, topic, also, entity: entity ?? null, payload };
    return await write(row, key);
  }

  return {
    async appendOne({ channel, message, ...event }) {
      return known((await run({ channel, message }, event)).event);
    },
    async appendOnce({ channel, message, ...event }, key) {
      const { seq, first, isWritten } = await run({ channel, message }, event, key);
      if (isWritten) keyBounds.publisherKeyUsed(key.user);
      return known(seq ?? first?.seq);
    },
    async redact(entity, { channel, message, payload = null, ...event }) {
      const named = channel === undefined ? {} : { channel, message };
      return known((await run({ kind: 'redact', ...named }, { ...event, entity, payload })).seq);
    },
    async revise(entity, { channel, message, revises, ...event }) {
      const named = message === undefined ? { channel } : { channel, message };
      return known((await run({ kind: 'revise', ...named, revises }, { ...event, entity })).seq);
    },
    join: async (member, topic) => (await join({ topic, member }, undefined)).isWritten,
    async revoke(revocation) {
      const { id, user: subject = '' } = revocation;
      return known((await revoke({ id, subject, revocation }, undefined)).seq);
    },
    leave: async (member, topic) => (await leave({ topic, member }, undefined)).isWritten,
  };
}

function membershipWrite(kind: MembershipDefinition['kind']) {
  return registeredWrite({
    name: `posted.${kind}`,
    row: membershipColumns,
    one: ['topic', 'member'],
    event: { kind, topic: 'topic', user: 'member' },
  });
}

function messageWrite(name: string, kind: MessageKind) {
  return registeredWrite({
    name,
    row: messageColumns,
    // Changes of the same entity must not be in one batch.
    one: kind.kind === undefined ? ['id'] : ['entity'],
    key: { user: 'publisher', body: ['topic', 'also', 'entity', 'payload'] },
    event: { ...kind, topic: 'topic', also: 'also', entity: 'entity', payload: 'payload' },
  });
}

/** Short and of the allowed characters, whatever the contract's names are. */
function nameOf({ kind = 'message', channel, message, revises }: MessageKind): string {
  const hash = createHash('sha256').update(JSON.stringify([channel, message, revises]));
  return `posted.${kind}.${hash.digest('base64url').slice(0, 22)}`;
}

function known<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) {
    throw new PostedError('internal', 'The log has not appended the event.');
  }
  return value;
}
