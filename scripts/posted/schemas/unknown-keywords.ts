import { nearestName } from '../contract/nearest-name.ts';
import type { Dialect } from './definitions.ts';
import { isAnnotation, type SchemaObject } from './json-schema.ts';

/** The keywords of all versions of JSON Schema since draft-04, and those of AsyncAPI and OpenAPI. */
const known = (
  '$anchor $async $comment $defs $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $ref $schema $vocabulary ' +
  'additionalItems additionalProperties allOf anyOf const contains contentEncoding contentMediaType contentSchema default ' +
  'definitions dependencies dependentRequired dependentSchemas deprecated description discriminator else enum example ' +
  'examples exclusiveMaximum exclusiveMinimum externalDocs format formatMaximum formatMinimum formatExclusiveMaximum ' +
  'formatExclusiveMinimum id if items maxContains maxItems maxLength maxProperties maximum minContains minItems minLength ' +
  'minProperties minimum multipleOf not nullable oneOf pattern patternProperties prefixItems properties propertyNames ' +
  'readOnly required then title type unevaluatedItems unevaluatedProperties uniqueItems writeOnly xml'
).split(' ');

/**
 * The keywords of a schema that mean nothing in any version of JSON Schema, which ignores them. One that resembles a keyword is
 * not among them, because it is probably misspelled.
 */
export function unknownKeywords(schema: SchemaObject, dialect: Dialect): readonly string[] {
  return Object.keys(schema).filter(
    (keyword) =>
      (keyword === tuple && dialect === 'draft-07') ||
      (!known.includes(keyword) && !isAnnotation(keyword) && nearestName(keyword, known) === null),
  );
}

/** In schemas of a later version, it has been rewritten before. */
const tuple = 'prefixItems';

/** What is wrong with an unknown keyword, and what to do about it. */
export function ineffective(keyword: string): { readonly what: string; readonly fix: string } {
  if (keyword !== tuple) {
    return {
      what: `\`${keyword}\` is not a JSON Schema keyword, so it has no effect`,
      fix: 'remove it, or begin its name with `x-`',
    };
  }
  return {
    what: `\`${tuple}\` is not a keyword of JSON Schema draft-07, so it has no effect`,
    fix: 'write a list in `items`, or set `schemaFormat` to `application/schema+json;version=2020-12`',
  };
}
