import type { ValuesVerdict } from '../../../scripts/posted/breaking/compare-values.ts';
import { compareValues } from '../../../scripts/posted/breaking/compare-values.ts';
import { pairSchemas } from '../../../scripts/posted/breaking/schema-pair.ts';
import { compilerOf } from '../../../scripts/posted/schemas/compiler.ts';
import { receivedKey } from '../../../scripts/posted/schemas/definitions.ts';
import type { JsonSchema } from '../../../scripts/posted/schemas/json-schema.ts';
import { receivedSchemas } from '../../../scripts/posted/schemas/received-schemas.ts';
import type { SchemaSet } from '../../../scripts/posted/schemas/schema-set.ts';
import { readSchemas } from '../schemas.ts';

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Who writes values, and who reads them, with the guards of their own version. */
export interface ComparedWay {
  readonly verdict: ValuesVerdict;
  readonly writes: (value: unknown) => boolean;
  readonly reads: (value: unknown) => boolean;
}

export interface Compared {
  /** From a new server to clients of the old version. */
  readonly sent: ComparedWay;
  /** From clients of the old version to a new server. */
  readonly received: ComparedWay;
}

/** Compares two versions of the schema `X`, each with the other schemas of its contract. */
export async function compareSchemas(folder: string, old: Schemas, current: Schemas): Promise<Compared> {
  const before = await setOf(folder, old);
  const after = await setOf(folder, current);
  const fromText: ReadonlySet<string> = new Set();
  const pair = pairSchemas({ schemas: before, fromText }, { schemas: after, fromText });
  const [oldX, newX] = [pair.schemaOf('old', 'X'), pair.schemaOf('new', 'X')];
  return {
    sent: {
      verdict: compareValues(pair, newX, pair.receivedOf('old', 'X')),
      writes: guardOf(after, 'X'),
      reads: guardOf(before, before.received.has(receivedKey('X')) ? receivedKey('X') : 'X'),
    },
    received: {
      verdict: compareValues(pair, oldX, newX),
      writes: guardOf(before, 'X'),
      reads: guardOf(after, 'X'),
    },
  };
}

async function setOf(folder: string, schemas: Schemas): Promise<SchemaSet> {
  const { set } = await readSchemas(folder, { schemas });
  set.useReceived('X', 'models.X', receivedSchemas(set.definitions, 'X'));
  return set;
}

/** Compiled like the guards that are generated, which compare values with another function. */
function guardOf(set: SchemaSet, definition: string): (value: unknown) => boolean {
  const validate = compilerOf(set, 'json').compile(definition);
  return (value) => !/"(toString|valueOf)"/.test(JSON.stringify(value)) && validate(value);
}
