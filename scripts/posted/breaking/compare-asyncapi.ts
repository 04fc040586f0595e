import type {
  ChannelModel,
  MessageModel,
  OperationModel,
  SecurityModel,
  ServerModel,
} from '../asyncapi/contract-model.ts';
import type { LoadedAsyncapi } from '../asyncapi/load-asyncapi.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { Change } from './change.ts';
import { compareDelivery, compareLimits } from './compare-policies.ts';
import { type ComparedSecurity, compareSecurity } from './compare-security.ts';
import { Comparison, type Direction, handshakeRules, type Subject, type Version } from './comparison.ts';

interface Pair<Value> {
  readonly old: Value;
  readonly current: Value;
}

/** Compares two versions of an AsyncAPI contract. Channels are the same if they have the same address. */
export function compareAsyncapi(old: LoadedAsyncapi, current: LoadedAsyncapi): readonly Change[] {
  const comparison = new Comparison(versionOf(old), versionOf(current));
  const [before, after] = [byAddress(old), byAddress(current)];
  for (const [address, channel] of before) {
    const next = after.get(address);
    if (next === undefined) comparison.add('address-removed', subjectOf(channel), { side: 'old' });
    else compareChannels(comparison, { old: channel, current: next });
  }
  for (const [address, channel] of after) {
    if (!before.has(address)) comparison.add('address-added', subjectOf(channel));
  }
  return comparison.changes;
}

function versionOf({ document, schemas }: LoadedAsyncapi): Version {
  return { document, schemas, fromText: new Set(schemas.textSchemas.keys()) };
}

/** The names of parameters do not matter to who fills them in. */
function byAddress({ model }: LoadedAsyncapi): ReadonlyMap<string, ChannelModel> {
  return new Map(model.channels.map((channel) => [channel.address.replaceAll(/\{[^{}]*\}/g, '{}'), channel]));
}

function subjectOf({ name, address }: ChannelModel): Subject {
  return { name: address, pointer: joinPointer('/channels', name) };
}

function compareChannels(comparison: Comparison, { old, current }: Pair<ChannelModel>): void {
  const channel = subjectOf(current);
  const within = (name: string, ...keys: readonly string[]): Subject => ({
    name: `${channel.name} ${name}`,
    pointer: joinPointer(channel.pointer, ...keys),
  });
  compareServers(comparison, channel, { old: old.servers, current: current.servers });
  for (const part of ['parameters', 'query', 'headers'] as const) {
    const definitions = { old: definitionOf(old[part]), current: definitionOf(current[part]) };
    comparison.compareDefinitions(within(part), 'received', definitions, handshakeRules);
  }
  compareSecurity(comparison, channel, securityOf(old.security), securityOf(current.security));
  const takesTokens = current.security.some(({ credentials }) => credentials === 'bearer');
  if (old.auth && !current.auth && takesTokens) comparison.add('renewal-removed', channel);
  for (const direction of ['sent', 'received'] as const) {
    const field = direction === 'sent' ? 'send' : 'receive';
    const [before, after] = [byName(old[field]), byName(current[field])];
    for (const [name, message] of before) {
      const next = after.get(name);
      const subject = within(`message ${name}`, 'messages', name);
      if (next === undefined) {
        const rule = direction === 'sent' ? 'message-withdrawn' : 'message-refused';
        comparison.add(
          rule,
          { ...subject, pointer: joinPointer('/channels', old.name, 'messages', name) },
          { side: 'old' },
        );
      } else {
        compareMessages(comparison, subject, direction, { old: message, current: next });
      }
    }
    for (const name of after.keys()) {
      if (!before.has(name)) comparison.add('message-added', within(`message ${name}`, 'messages', name));
    }
  }
  compareOperations(comparison, channel, { old: old.operations, current: current.operations });
  compareResume(comparison, channel, { old, current });
  compareLimits(comparison, channel, old.limits, current.limits);
}

function compareServers(
  comparison: Comparison,
  channel: Subject,
  { old, current }: Pair<readonly ServerModel[]>,
): void {
  const [before, after] = [new Set(old.map(urlOf)), new Set(current.map(urlOf))];
  for (const url of before.difference(after)) comparison.add('server-removed', channel, { detail: url });
  for (const url of after.difference(before)) comparison.add('server-added', channel, { detail: url });
}

function urlOf({ protocol, host, pathname }: ServerModel): string {
  return `${protocol}://${host}${pathname}`;
}

function compareMessages(
  comparison: Comparison,
  subject: Subject,
  direction: Direction,
  { old, current }: Pair<MessageModel>,
): void {
  if (old.contentType !== current.contentType) {
    const detail = `from ${old.contentType} to ${current.contentType}`;
    comparison.add('content-type-changed', subject, { detail });
  }
  if (JSON.stringify(old.correlationId) !== JSON.stringify(current.correlationId)) {
    comparison.add('correlation-changed', subject);
  }
  if (old.definition === null || current.definition === null) return;
  comparison.compareDefinitions(subject, direction, { old: old.definition, current: current.definition });
}

function compareOperations(
  comparison: Comparison,
  channel: Subject,
  { old, current }: Pair<readonly OperationModel[]>,
): void {
  const after = byName(current);
  for (const operation of old) {
    const next = after.get(operation.name);
    // Its messages tell what changes for clients.
    if (next === undefined) continue;
    const subject = {
      name: `${channel.name} operation ${operation.name}`,
      pointer: joinPointer('/operations', operation.name),
    };
    if (operation.reply !== null && next.reply === null) comparison.add('reply-removed', subject);
    if (operation.reply === null && next.reply !== null) comparison.add('reply-added', subject);
    compareSecurity(comparison, subject, securityOf(operation.security), securityOf(next.security));
    compareLimits(comparison, subject, operation.limits, next.limits);
  }
}

function compareResume(comparison: Comparison, channel: Subject, { old, current }: Pair<ChannelModel>): void {
  if (old.resume === null) {
    if (current.resume !== null) comparison.add('resume-added', channel);
  } else if (current.resume === null) {
    comparison.add('resume-removed', channel);
  } else {
    // New names of what an older version did not have change nothing for its clients.
    const changed = Object.entries(old.resume).filter(
      ([role, name]) => name !== null && name !== Reflect.get(current.resume ?? {}, role),
    );
    for (const [role, name] of changed) {
      comparison.add('resume-changed', channel, { detail: `\`${role}\` was ${JSON.stringify(name)}` });
    }
  }
  if (old.delivery !== null && current.delivery !== null) {
    compareDelivery(comparison, channel, old.delivery, current.delivery);
  }
}

function securityOf(schemes: readonly SecurityModel[]): ComparedSecurity {
  return {
    isOpen: schemes.length === 0,
    schemes: schemes.map(({ name, credentials, in: location, parameter, scopes }) => ({
      name,
      use: [credentials, 'in', location, parameter].filter((word) => word !== '').join(' '),
      scopes,
    })),
  };
}

function definitionOf(use: SchemaUse | null): string | null {
  return use?.definition ?? null;
}

function byName<Item extends { readonly name: string }>(items: readonly Item[]): ReadonlyMap<string, Item> {
  return new Map(items.map((item) => [item.name, item]));
}
