/** Members with arbitrary JSON, in which `$ref` and keywords of schemas have no meaning. */
const literal: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/** Members whose keys are the author's names, so that a key can be `default` or `examples`. */
const named: ReadonlySet<string> = new Set([
  '$defs',
  'channels',
  'definitions',
  'dependentSchemas',
  'messages',
  'operations',
  'parameters',
  'paths',
  'patternProperties',
  'properties',
  'responses',
  'schemas',
]);

/** Whether a member of an OpenAPI document has arbitrary JSON; `parent` is the key of the object that it is in. */
export function isLiteral(key: string, parent: string): boolean {
  return literal.has(key) && !named.has(parent);
}

/** Whether a member is an extension of OpenAPI, and not a name of the author's. */
export function isExtension(key: string, parent: string): boolean {
  return key.startsWith('x-') && !named.has(parent) && parent !== 'headers';
}
