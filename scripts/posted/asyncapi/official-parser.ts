import { Parser } from '@asyncapi/parser';
import type { ContractDocument } from '../contract/contract-document.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../contract/json-pointer.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import {
  hasOwnFormat,
  isFormattedSchema,
  type Position,
  positionOf,
  replaceInner,
  replaceSchemas,
} from './positions.ts';

/**
 * What the official parser makes of a document. Only @asyncapi/generator looks inside; the parser's own types, which
 * do not check everywhere, are kept out of ours.
 */
export type ParsedDocument = object;

/** One for all documents: making it takes longer than most of them. */
const parser = new Parser({
  // It looks at the names of channels, and not at their addresses.
  ruleset: { extends: [], rules: { 'asyncapi3-channel-no-query-nor-fragment': 'off' } },
});

/** As language servers number severities; the others are information and hints. */
const [errorLevel, warningLevel] = [0, 1];

/**
 * Holds a document against its version of the specification.
 *
 * @param lenient whether to leave out what is only advised against
 * @returns what @asyncapi/generator is given
 * @throws GenerationError with all that AsyncAPI's parser finds wrong
 */
export async function parseAsyncapi(
  document: ContractDocument,
  version: string,
  lenient: boolean,
): Promise<ParsedDocument> {
  const alone = replaceSchemas(document.value, withoutReferences);
  const text = JSON.stringify(disguise(document, alone));
  const { document: parsed, diagnostics } = await parser.parse(text);
  const places = diagnostics.filter(isOfSpecification).map(placeOf);
  for (const diagnostic of diagnostics) {
    const { code, message, path, severity } = diagnostic;
    // The older versions are meant, and 3.0.0 is: several tools read 3.1 as an empty document.
    if (code === 'asyncapi-latest-version' || isConsequence(diagnostic, places)) continue;
    // What a reference leads to is found wrong in each place that has the reference.
    const pointer = document.origin(joinPointer('', ...path.map((key) => undisguise(String(key)))));
    const what = undisguise(message).replace(/\.$|, stack: .*/s, '');
    const fix = isOfSpecification(diagnostic)
      ? `change it to what AsyncAPI ${version} allows there`
      : `see the rule ${code} of AsyncAPI's parser`;
    const level: number = severity;
    if (level === errorLevel) document.report(pointer, what, fix);
    else if (level === warningLevel && !lenient) document.warn(pointer, what, fix);
  }
  document.throwProblems();
  if (parsed === undefined) throw new TypeError(`The parser finds nothing in ${document.file}.`);
  return parsed;
}

interface Diagnostic {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Whether it was found by the specification's own schema. */
function isOfSpecification({ code }: Diagnostic): boolean {
  return String(code).startsWith('asyncapi-document-');
}

function placeOf({ path }: Diagnostic): string {
  return joinPointer('', ...path);
}

/** Whether it only says that what stands there is none of several things, and more is known of why. */
function isConsequence(diagnostic: Diagnostic, places: readonly string[]): boolean {
  const { code, message } = diagnostic;
  const place = placeOf(diagnostic);
  if (/must match "(then|else)" schema$/.test(message)) return true;
  if (/^asyncapi\d-schemas/.test(String(code))) return places.includes(place);
  return (
    /required property "(oneOf|\$ref)"|is not expected to be here|must be array/.test(message) &&
    places.some((other) => other.startsWith(`${place}/`))
  );
}

/**
 * The parser calls methods of every object, follows a `$ref` wherever it stands, also in an example, and takes `%41`
 * for `A` in the name of what holds one. So it is given a document in which these have other names where they are names
 * of the author, and without schemas of formats that it does not know.
 */
function disguise(document: ContractDocument, value: unknown, position: Position = 'object'): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => disguise(document, item, positionOf(String(index), position, value)));
  }
  if (typeof value === 'string') return troublesome.includes(value) ? value + suffix : value;
  if (typeof value !== 'object' || value === null) return value;
  const isForeign = position !== 'data' && 'schemaFormat' in value && !hasOwnFormat(value);
  if (isForeign && isFormattedSchema(value)) return {};
  const members = Object.entries(value).filter(
    ([key]) => !isForeign || !/^(payload|schemaFormat)$/.test(key),
  );
  return Object.fromEntries(
    members.map(([key, child]) => {
      if (key === '$ref' && position !== 'data' && isReference(document, child)) {
        return [key, disguiseReference(child)];
      }
      return [disguiseName(key), disguise(document, child, positionOf(key, position, value))];
    }),
  );
}

/**
 * The parser puts what a reference leads to in its place, again and again where schemas refer to each other. It is
 * asked what it thinks of each schema where that stands; where references lead has been checked before. The outermost
 * one stays: some places allow schemas of one kind only.
 */
function withoutReferences(schema: SchemaObject): SchemaObject {
  return replaceInner(schema, ({ $ref: _reference, ...own }) => withoutReferences(own));
}

const suffix = '-';
/** A character that nobody's names have (Unicode, private use). */
const percent = '\uE025';

const troublesome = ['hasOwnProperty', 'toString', 'valueOf', '$ref'];
const disguised = new RegExp(`(${troublesome.map((name) => RegExp.escape(name)).join('|')})${suffix}`, 'g');

function disguiseName(name: string): string {
  return troublesome.includes(name) ? `${name}${suffix}` : name.replaceAll('%', percent);
}

function disguiseReference(reference: string): string {
  const keys = splitPointer(pointerOfReference(reference) ?? '').map(disguiseName);
  return `#${encodeURI(joinPointer('', ...keys)).replaceAll(/[#?]/g, encodeURIComponent)}`;
}

function undisguise(text: string): string {
  return text.replaceAll(disguised, '$1').replaceAll(percent, '%');
}

function isReference(document: ContractDocument, reference: unknown): reference is string {
  const target = typeof reference === 'string' ? pointerOfReference(reference) : null;
  return target !== null && document.resolve(target).value !== undefined;
}
