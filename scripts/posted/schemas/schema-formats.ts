import { isSchemaObject, type SchemaObject } from './json-schema.ts';

/** What schemas can be written in, besides AsyncAPI's own format and draft-07, which are the same here. */
export type SchemaFormat = 'JSON Schema 2019-09' | 'JSON Schema 2020-12' | 'OpenAPI 3.0' | 'OpenAPI 3.1';

/** The media types of AsyncAPI's Multi Format Schema Object, and how people write them. */
const mediaTypes: readonly (readonly [RegExp, SchemaFormat])[] = [
  [/^application\/schema(?:\+json|\+yaml)?;version=(?:draft[/-])?2019-09$/, 'JSON Schema 2019-09'],
  [/^application\/schema(?:\+json|\+yaml)?;version=(?:draft[/-])?2020-12$/, 'JSON Schema 2020-12'],
  [/^application\/vnd\.oai\.openapi(?:\+json|\+yaml)?;version=3\.0(?:\.\d+)?$/, 'OpenAPI 3.0'],
  [/^application\/vnd\.oai\.openapi(?:\+json|\+yaml)?;version=3\.1(?:\.\d+)?$/, 'OpenAPI 3.1'],
];

export const supportedFormats = 'JSON Schema draft-07, 2019-09 or 2020-12, or as in OpenAPI 3.0 or 3.1';

/** The format of a `schemaFormat`; null for draft-07, AsyncAPI's own and others. */
export function schemaFormatOf(mediaType: unknown): SchemaFormat | null {
  const written = String(mediaType).toLowerCase().replaceAll(/[\s"]/g, '');
  return mediaTypes.find(([pattern]) => pattern.test(written))?.[1] ?? null;
}

/** Marks a schema that was written in another format, and may have keywords that draft-07 does not. */
export const formatMark = 'x-schema-format';

/** Keywords of later versions that have no equivalent in draft-07. */
export const laterKeywords: ReadonlySet<string> = new Set([
  'dependentRequired',
  'dependentSchemas',
  'maxContains',
  'minContains',
  'unevaluatedItems',
  'unevaluatedProperties',
]);

interface Rewritten {
  readonly schema: SchemaObject;
  /** The keywords in the author's schema, by those in the rewritten one. */
  readonly renamed: Readonly<Record<string, string>>;
}

/** Rewrites a schema, without its subschemas, so that it means in draft-07 what it means in its format. */
export function rewriteSchema(schema: SchemaObject, format: SchemaFormat): Rewritten {
  if (format === 'OpenAPI 3.0') return { schema: withNumericLimits(withDiscriminator(schema)), renamed: {} };
  const own = withDiscriminator(schema);
  const { prefixItems, items, ...others } = own;
  if (format === 'JSON Schema 2019-09' || prefixItems === undefined) return { schema: own, renamed: {} };
  return {
    schema: { ...others, items: prefixItems, ...(items === undefined ? {} : { additionalItems: items }) },
    renamed: { items: 'prefixItems', additionalItems: 'items' },
  };
}

/** In OpenAPI 3.0, `exclusiveMinimum` is a boolean that belongs to `minimum`. */
function withNumericLimits(schema: SchemaObject): SchemaObject {
  let copy = schema;
  for (const [inclusive, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const { [inclusive]: limit, [exclusive]: isExclusive, ...others } = copy;
    if (typeof isExclusive !== 'boolean') continue;
    copy = { ...others, ...(limit === undefined ? {} : { [isExclusive ? exclusive : inclusive]: limit }) };
  }
  return copy;
}

/** In AsyncAPI, `discriminator` is the name of the property. */
function withDiscriminator(schema: SchemaObject): SchemaObject {
  const { discriminator } = schema;
  if (!isSchemaObject(discriminator)) return schema;
  return { ...schema, discriminator: discriminator.propertyName };
}
