import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';

/** How the value of a parameter, or of a field of a form, is written (OpenAPI 3.1, Parameter Object). */
export interface ParameterFormatModel {
  readonly as: 'value' | 'list' | 'object' | 'json';
  readonly style: string;
  readonly explode: boolean;
  /** The names of an object's properties; null if it may have any. */
  readonly properties: readonly string[] | null;
  /** Whether a list or an object without any member in a request is empty, rather than absent. */
  readonly isRequired: boolean;
}

export type ParameterLocation = 'path' | 'query' | 'header' | 'cookie';

/** By location, and by name. */
export type ParameterFormatsModel = Readonly<
  Record<ParameterLocation, ReadonlyMap<string, ParameterFormatModel>>
>;

/** The style of a parameter that has none. */
export const defaultStyles: Readonly<Record<ParameterLocation, string>> = {
  path: 'simple',
  query: 'form',
  header: 'simple',
  cookie: 'form',
};

/** Whether a list or an object has a value for each of its members in this style, if the contract does not say so. */
export function explodesByDefault(style: string): boolean {
  return style === 'form' || style === 'cookie' || style === 'deepObject';
}

interface References {
  resolve(schema: JsonSchema): JsonSchema;
}

/** What the text of a value becomes, and for an object the names of its properties. */
export function structureOf(
  schemas: References,
  schema: JsonSchema,
): Pick<ParameterFormatModel, 'as' | 'properties'> {
  const all = partsOf(schemas, schema);
  const types = new Set(all.flatMap(({ type }) => [type ?? []].flat()));
  types.delete('null');
  if (types.size === 1 && types.has('array')) return { as: 'list', properties: null };
  const members = all.flatMap(({ properties }) =>
    isSchemaObject(properties) ? Object.keys(properties) : [],
  );
  const isObject = types.size === 1 ? types.has('object') : types.size === 0 && members.length > 0;
  if (!isObject) return { as: 'value', properties: null };
  const isOpen = members.length === 0 || all.some((part) => isSchemaObject(part.additionalProperties));
  return { as: 'object', properties: isOpen ? null : [...new Set(members)] };
}

/** A schema and everything that it is composed of. */
function partsOf(schemas: References, schema: JsonSchema, depth = 0): readonly SchemaObject[] {
  const resolved = schemas.resolve(schema);
  if (!isSchemaObject(resolved) || depth > 8) return [];
  const inner = [resolved.allOf, resolved.anyOf, resolved.oneOf].flatMap((list): readonly JsonSchema[] =>
    Array.isArray(list) ? list : [],
  );
  return [resolved, ...inner.flatMap((part) => partsOf(schemas, part, depth + 1))];
}

/** Whether a schema is that of bytes: a file of a form. */
export function isFile(schemas: References, schema: JsonSchema): boolean {
  const resolved = schemas.resolve(schema);
  if (!isSchemaObject(resolved)) return false;
  const { type, format, contentMediaType, contentEncoding } = resolved;
  if (type !== undefined && type !== 'string' && !(Array.isArray(type) && type.includes('string')))
    return false;
  if (format === 'binary') return true;
  return (
    contentEncoding === undefined &&
    typeof contentMediaType === 'string' &&
    !/json|^text\//.test(contentMediaType)
  );
}

/** Whether a schema is that of a list of files. */
export function isFileList(schemas: References, schema: JsonSchema): boolean {
  const resolved = schemas.resolve(schema);
  return (
    isSchemaObject(resolved) &&
    resolved.type === 'array' &&
    resolved.items !== undefined &&
    isFile(schemas, resolved.items as JsonSchema)
  );
}
