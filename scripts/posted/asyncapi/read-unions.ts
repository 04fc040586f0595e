import type { SchemaSet } from '../schemas/schema-set.ts';
import { Names } from '../source/identifiers.ts';
import type { Action, ResumeModel } from './contract-model.ts';
import type { ReadMessage } from './messages.ts';
import type { ReadOperation } from './read-operation.ts';
import type { IdentificationReport } from './report-identification.ts';
import type { TaggedMessages } from './tag-messages.ts';
import { type UnionDraft, unionOf } from './union-messages.ts';

interface UnionReading {
  /** The name of the channel. */
  readonly channel: string;
  readonly operations: readonly ReadOperation[];
  readonly resume: ResumeModel | null;
  /** Clients that only send messages need not tell them apart. */
  readonly use: 'server' | 'client';
  readonly schemas: SchemaSet;
  readonly report: IdentificationReport;
}

/**
 * Makes a union of messages that match the same values, for their receiver. Reports those that the runtime must tell
 * apart, and those that a server receives in different operations, whose handlers, security and limits differ.
 */
export function readUnions(
  direction: Action,
  { groups, messages, advice }: TaggedMessages,
  { channel, operations, resume, use, schemas, report }: UnionReading,
): readonly UnionDraft[] {
  if (direction === 'receive' && use === 'client') return [];
  const ofRuntime = new Set<unknown>(Object.values(resume ?? {}));
  const names = new Names(messages.map(({ name }) => name));
  return groups.flatMap((group) => {
    const isForRuntime = group.some(({ name }) => ofRuntime.has(name));
    if (isForRuntime || (direction === 'receive' && ownersOf(group, operations).size > 1)) {
      report.addIndistinct(channel, group, advice.missing);
      return [];
    }
    report.addUnion(channel, group, advice.missing);
    const members = group.map(({ name }) => name);
    const models = messages.filter(({ name }) => members.includes(name));
    return [{ members, message: unionOf(models, names, schemas) }];
  });
}

/** The names of the operations in which the server receives the messages. */
function ownersOf(
  messages: readonly ReadMessage[],
  operations: readonly ReadOperation[],
): ReadonlySet<string> {
  return new Set(
    operations
      .filter(({ action, messages: own, reply }) =>
        (action === 'receive' ? own : (reply ?? [])).some(([member]) =>
          messages.some((message) => message.name === member),
        ),
      )
      .map(({ name }) => name),
  );
}
