import type { ContractDocument } from '../contract/contract-document.ts';
import { splitPointer } from '../contract/json-pointer.ts';
import type { JsonSchema } from '../schemas/json-schema.ts';
import type { Change, Example } from './change.ts';
import { compareValues, type RefusedValue, type ValuesVerdict } from './compare-values.ts';
import type { RuleName } from './rules.ts';
import { type PairedSchemas, pairSchemas, type SchemaPair, type Side } from './schema-pair.ts';

/** One version of a contract. */
export interface Version extends PairedSchemas {
  readonly document: ContractDocument;
}

/** Which way values go: from the server to deployed clients, or from them to the server. */
export type Direction = 'sent' | 'received';

type ValueRules = Readonly<Record<'refused' | 'uncertain' | 'accepted', RuleName>>;

const payloadRules: Readonly<Record<Direction, ValueRules>> = {
  sent: {
    refused: 'sent-payload-refused',
    uncertain: 'sent-payload-uncertain',
    accepted: 'sent-payload-accepted',
  },
  received: {
    refused: 'received-payload-refused',
    uncertain: 'received-payload-uncertain',
    accepted: 'received-payload-accepted',
  },
};

export const handshakeRules: ValueRules = {
  refused: 'values-narrowed',
  uncertain: 'values-uncertain',
  accepted: 'values-widened',
};

/** What is compared, in both versions. */
export interface Subject {
  /** The same in every run. */
  readonly name: string;
  /** Into the document of the new version; into the old one's for what was removed. */
  readonly pointer: string;
}

interface AddedDetails {
  readonly detail?: string;
  /** The version with the subject. Default: `new`. */
  readonly side?: Side;
  readonly example?: Example;
}

/** The changes between two versions of a contract, as they are found. */
export class Comparison {
  readonly changes: Change[] = [];
  readonly #versions: Readonly<Record<Side, Version>>;
  readonly #pair: SchemaPair;
  readonly #verdicts = new Map<string, ValuesVerdict>();

  constructor(old: Version, current: Version) {
    this.#versions = { old, new: current };
    this.#pair = pairSchemas(old, current);
  }

  add(rule: RuleName, { name, pointer }: Subject, more: AddedDetails = {}): void {
    const { detail = '', side = 'new', example } = more;
    const position = this.#versions[side].document.find(pointer);
    this.changes.push({ rule, subject: name, detail, position, ...(example && { example }) });
  }

  /** Compares the values of two definitions; null is a version that has no values. */
  compareDefinitions(
    subject: Subject,
    direction: Direction,
    { old, current }: { readonly old: string | null; readonly current: string | null },
    rulesOfValues: ValueRules = payloadRules[direction],
  ): void {
    const [before, after] = [this.#schemaOf('old', old), this.#schemaOf('new', current)];
    // A definition that has not changed has one name.
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const pointer = this.#versions.new.schemas.definitions.get(current ?? '')?.locate([]) || subject.pointer;
    const isSent = direction === 'sent';
    const reader = isSent && old !== null ? this.#pair.receivedOf('old', old) : after;
    const writer = isSent ? after : before;
    this.#compare({ ...subject, pointer }, direction, this.#verdictOf(writer, reader), rulesOfValues);
  }

  /** Compares what the server sends with the properties that deployed clients need, and nothing else of it. */
  compareRequired(subject: Subject, required: readonly string[], current: string): void {
    const verdict = this.#verdictOf(this.#schemaOf('new', current), { required });
    if (verdict.kind !== 'accepted') this.#compare(subject, 'sent', verdict, payloadRules.sent);
  }

  #compare(subject: Subject, direction: Direction, verdict: ValuesVerdict, rulesOfValues: ValueRules): void {
    if (verdict.kind === 'accepted') {
      this.add(rulesOfValues.accepted, subject);
    } else if (verdict.kind === 'unknown') {
      const { path, keyword } = verdict.unproven;
      const detail = `whether \`${keyword}\` holds at ${place(path)} is not certain, and no example was found`;
      this.add(rulesOfValues.uncertain, subject, { detail });
    } else {
      const rule = verdict.isMentioned ? rulesOfValues.refused : rulesOfValues.uncertain;
      for (const refused of verdict.examples) this.#addRefused(rule, subject, direction, refused);
    }
  }

  #addRefused(rule: RuleName, { name, pointer }: Subject, direction: Direction, refused: RefusedValue): void {
    const { value, error } = refused;
    const detail = `${place(splitPointer(error.instancePath))} ${error.message ?? 'is refused'}`;
    const refusedBy = direction === 'sent' ? 'deployed clients' : 'the server';
    const subject = { name: `${name} ${error.instancePath || '/'}`, pointer };
    this.add(rule, subject, { detail, example: { value, refusedBy } });
  }

  #schemaOf(side: Side, definition: string | null): JsonSchema {
    return definition === null ? nothing : this.#pair.schemaOf(side, definition);
  }

  #verdictOf(writer: JsonSchema, reader: JsonSchema): ValuesVerdict {
    const key = JSON.stringify([writer, reader]);
    const verdict = this.#verdicts.get(key) ?? compareValues(this.#pair, writer, reader);
    this.#verdicts.set(key, verdict);
    return verdict;
  }
}

/** A version without values refuses all that have properties. */
const nothing: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

function place(path: readonly string[]): string {
  return path.length === 0 ? 'the value' : `\`/${path.join('/')}\``;
}
