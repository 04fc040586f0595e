import { Parser } from '@asyncapi/parser';
import type { ContractDocument } from '../contract/contract-document.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../contract/json-pointer.ts';
import type { SchemaObject } from '../schemas/json-schema.ts';
import {
  hasReadableFormat,
  isFormattedSchema,
  type Position,
  positionOf,
  replaceInner,
  replaceSchemas,
} from './positions.ts';
import { explainStructure } from './structure/explain-structure.ts';
import { structureRules } from './structure-rules.ts';

/**
 * The official parser's output, which only @asyncapi/generator reads. Opaque, because the parser's own types do not
 * compile everywhere.
 */
export type ParsedDocument = object;

/** Shared, because creating a parser takes longer than parsing most documents. */
const parser = new Parser({
  ruleset: {
    extends: [],
    rules: {
      ...structureRules,
      // This rule checks the names of channels instead of their addresses.
      'asyncapi3-channel-no-query-nor-fragment': 'off',
      // The examples are checked in the same way whatever the version.
      'asyncapi2-message-examples': 'off',
    },
  },
});

/** The severities of the Language Server Protocol; higher ones are information and hints. */
const [errorLevel, warningLevel] = [0, 1];

/**
 * Checks a document against its version of the specification.
 *
 * @param lenient whether to skip warnings
 * @returns the input of @asyncapi/generator
 * @throws GenerationError with all problems that the AsyncAPI parser finds
 */
export async function parseAsyncapi(
  document: ContractDocument,
  version: string,
  lenient: boolean,
): Promise<ParsedDocument> {
  const value = replaceSchemas(document.value, withoutReferences);
  const text = JSON.stringify(disguise(document, value));
  const { document: parsed, diagnostics } = await parser.parse(text);
  const pointers = diagnostics.filter(isOfSpecification).map(pointerOf);
  const findings = pointers.length === 0 ? [] : explainStructure(document, version);
  for (const { pointer, what, fix } of findings) document.report(document.origin(pointer), what, fix);
  for (const diagnostic of diagnostics) {
    if (findings.length > 0 && isOfSpecification(diagnostic)) continue;
    const { code, message, path, severity } = diagnostic;
    // 3.0.0 and the older versions are intended: several tools read a 3.1 document as empty.
    if (code === 'asyncapi-latest-version' || isConsequence(diagnostic, pointers)) continue;
    // The parser reports the target of a reference at each reference.
    const pointer = document.origin(joinPointer('', ...path.map((key) => undisguise(String(key)))));
    const what = undisguise(message).replace(/\.$|, stack: .*/s, '');
    const fix = isOfSpecification(diagnostic)
      ? `correct it according to AsyncAPI ${version}`
      : `see rule ${code} of the AsyncAPI parser`;
    const level: number = severity;
    if (level === errorLevel) document.report(pointer, what, fix);
    else if (level === warningLevel && !lenient) document.warn(pointer, what, fix);
  }
  document.throwProblems();
  if (parsed === undefined)
    throw new TypeError(`The AsyncAPI parser returned no document for ${document.file}.`);
  return parsed;
}

interface Diagnostic {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
}

/** Whether it comes from the specification's JSON Schema. */
function isOfSpecification({ code }: Diagnostic): boolean {
  return String(code).startsWith('asyncapi-document-');
}

function pointerOf({ path }: Diagnostic): string {
  return joinPointer('', ...path);
}

/** Whether it only reports that no alternative matches, while another diagnostic tells why. */
function isConsequence(diagnostic: Diagnostic, pointers: readonly string[]): boolean {
  const { code, message } = diagnostic;
  const pointer = pointerOf(diagnostic);
  if (/must match "(then|else)" schema$/.test(message)) return true;
  if (/^asyncapi\d-schemas/.test(String(code))) return pointers.includes(pointer);
  return (
    /required property "(oneOf|\$ref)"|is not expected to be here|must be array/.test(message) &&
    pointers.some((other) => other.startsWith(`${pointer}/`))
  );
}

/**
 * Prepares a document for the parser, which calls methods of every object, follows any `$ref`, even in an example, and
 * decodes `%41` to `A` in names. Such names of the author get other spellings, and schemas in foreign formats are
 * left out.
 */
function disguise(document: ContractDocument, value: unknown, position: Position = 'object'): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => disguise(document, item, positionOf(String(index), position, value)));
  }
  if (typeof value === 'string') return reservedNames.includes(value) ? value + suffix : value;
  if (typeof value !== 'object' || value === null) return value;
  const isForeign = position !== 'data' && 'schemaFormat' in value && !hasReadableFormat(value);
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
 * Removes references from subschemas. The parser would inline their targets over and over where schemas refer to each
 * other; each schema is checked at its own position, and the references have been checked before. An outermost
 * reference stays, because some positions allow only certain schemas.
 */
function withoutReferences(schema: SchemaObject): SchemaObject {
  return replaceInner(schema, ({ $ref: _reference, ...own }) => withoutReferences(own));
}

const suffix = '-';
/** A private-use Unicode character, which names do not contain. */
const percent = '\uE025';

const reservedNames = ['hasOwnProperty', 'toString', 'valueOf', '$ref'];
const disguised = new RegExp(`(${reservedNames.map((name) => RegExp.escape(name)).join('|')})${suffix}`, 'g');

function disguiseName(name: string): string {
  return reservedNames.includes(name) ? `${name}${suffix}` : name.replaceAll('%', percent);
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
