import { kindsRequire } from '../tables.ts';
import { isMembership, type RegisteredWrite } from '../writes/registered-write.ts';
import type { MessageDefinition } from '../writes/write-definition.ts';
import { accepted, literal } from './sql-text.ts';

/**
 * The parts of a write's statement that append the events of the accepted rows, move the head, and apply the events to
 * memberships and earlier events.
 */
export function eventParts(write: RegisteredWrite): readonly string[] {
  const { event } = write;
  if (event === null) return [];
  const applied = isMembership(event) ? [membershipPart(write)] : changedEventsPart(write, event);
  return [eventPart(write), headPart(write), ...applied];
}

function eventPart(write: RegisteredWrite): string {
  const values = eventValues(write);
  return `posted_appended as (
    insert into posted_event (${Object.keys(values).join(', ')})
    select ${Object.values(values).join(', ')} from ${writtenFrom(write)})`;
}

/** SQL by column of posted_event, for the rows of `writtenFrom`. */
function eventValues({ event, hasReturnedPayload }: RegisteredWrite): Readonly<Record<string, string>> {
  if (event === null) return {};
  const base = {
    seq: 'posted_accepted.seq',
    mark: 'posted_accepted.posted_mark',
    created_at: 'posted_accepted.at',
    topic: accepted(event.topic),
    kind: literal(event.kind ?? 'message'),
  };
  if (isMembership(event)) return { ...base, member: accepted(event.user), requires: literal(kindsRequire) };
  const { kind = 'message', message, also, entity, revises } = event;
  return {
    ...base,
    channel: channelValue(event),
    message: literal(message),
    also: also === undefined ? 'null' : `nullif(nullif(${accepted(also)}, '[]'), 'null')`,
    entity: entity === undefined ? 'null' : `${accepted(entity)}::text`,
    payload: hasReturnedPayload ? 'posted_rendered.payload' : 'posted_accepted.posted_payload',
    revises: literal(revises),
    requires: literal(kind === 'message' ? undefined : kindsRequire),
  };
}

function channelValue({ channel, address }: MessageDefinition): string {
  return address === undefined ? literal(channel) : `${literal(`${channel} `)} || ${accepted(address)}`;
}

/**
 * Moves the head. If a deciding statement has returned only a part of rows that were numbered before it, their seqs
 * would have gaps: then the check on `k` fails, and with it the batch, which the caller splits.
 */
function headPart({ isNumberedFirst, when }: RegisteredWrite): string {
  const isPartial =
    isNumberedFirst && when !== null
      ? ', k = case when (select count(*) from posted_accepted) < (select count(*) from posted_numbered) then 0 else 1 end'
      : '';
  return `posted_advanced as (
    update posted_head set seq = (select max(seq) from posted_accepted)${isPartial}
    where exists (select from posted_accepted))`;
}

function membershipPart({ event }: RegisteredWrite): string {
  if (event === null || !isMembership(event)) return '';
  const user = accepted(event.user);
  const topic = accepted(event.topic);
  return event.kind === 'join'
    ? `posted_joined as (
        insert into posted_membership (user_id, topic, since_seq)
        select ${user}, ${topic}, seq from posted_accepted)`
    : `posted_left as (
        delete from posted_membership using posted_accepted
        where posted_membership.user_id = ${user} and posted_membership.topic = ${topic})`;
}

/** Changes earlier events as `redact` and `revise` require. A redacted one stays redacted. */
function changedEventsPart(write: RegisteredWrite, event: MessageDefinition): readonly string[] {
  const { kind = 'message', entity = '', revises } = event;
  if (kind === 'message' || kind === 'revoke') return [];
  const about = `posted_event.entity = ${accepted(entity)}::text and posted_event.payload is not null`;
  if (kind === 'redact') {
    return [
      `posted_redacted as (update posted_event set payload = null from posted_accepted where ${about})`,
    ];
  }
  return [
    `posted_revised as (
      update posted_event set payload = ${write.hasReturnedPayload ? 'posted_rendered.payload' : 'posted_accepted.posted_payload'}
      from ${writtenFrom(write)}
      where ${about} and posted_event.message = ${literal(revises)}
        and posted_event.channel is not distinct from ${channelValue(event)})`,
  ];
}

/** The accepted rows, with their payloads. */
function writtenFrom({ hasReturnedPayload }: RegisteredWrite): string {
  return hasReturnedPayload
    ? 'posted_accepted join posted_rendered using (posted_ordinal)'
    : 'posted_accepted';
}
