import type { ContractDocument } from '../contract/contract-document.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import { isSchemaObject, type SchemaObject } from '../schemas/json-schema.ts';
import { isLiteral } from './literal-members.ts';

/** Rewrites an OpenAPI 3.0 document with the schemas of 3.1, which are JSON Schema. Problems keep their positions. */
export function upgradeOpenapi(document: ContractDocument): ContractDocument {
  const moved = new Map<string, string>();
  return document.transform(upgrade(document.value, '', '', ''), moved);

  function upgrade(value: unknown, pointer: string, target: string, parent: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item, index) =>
        upgrade(item, joinPointer(pointer, String(index)), joinPointer(target, String(index)), ''),
      );
    }
    if (!isSchemaObject(value)) return value;
    const isWrapped = isNullable(value) && composition.some((keyword) => value[keyword] !== undefined);
    const own = isWrapped ? joinPointer(target, 'anyOf', '0') : target;
    if (own !== pointer) moved.set(own, pointer);
    const entries = Object.entries(withNumericLimits(value)).flatMap(([key, member]): [string, unknown][] => {
      // Without a type or a reference, it has no meaning (OpenAPI 3.0.3, Schema Object).
      if (key === 'nullable' && typeof member === 'boolean' && value.type === undefined) return [];
      if (isLiteral(key, parent)) return [[key, member]];
      return [[key, upgrade(member, joinPointer(pointer, key), joinPointer(own, key), key)]];
    });
    const upgraded = Object.fromEntries(entries);
    return isWrapped ? { anyOf: [upgraded, { type: 'null' }] } : upgraded;
  }
}

const composition = ['$ref', 'allOf', 'anyOf', 'oneOf'];

/** `nullable` without a type, which authors write next to a reference although it has no meaning there. */
function isNullable({ nullable, type }: SchemaObject): boolean {
  return nullable === true && type === undefined;
}

/** In 3.0, `exclusiveMinimum: true` says that `minimum` is exclusive. */
function withNumericLimits(schema: SchemaObject): SchemaObject {
  const changed: Record<string, unknown> = { ...schema };
  for (const [exclusive, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof changed[exclusive] !== 'boolean') continue;
    const isExclusive = changed[exclusive] && changed[limit] !== undefined;
    const value = changed[limit];
    delete changed[exclusive];
    if (!isExclusive) continue;
    delete changed[limit];
    changed[exclusive] = value;
  }
  return changed;
}
