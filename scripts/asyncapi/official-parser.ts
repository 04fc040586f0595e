import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import type { ContractDocument } from '../contract/contract-document.ts';
import { joinPointer, pointerOfReference } from '../contract/json-pointer.ts';
import { hasOwnFormat, isFormattedSchema } from './positions.ts';

/** One for all documents: making it takes longer than most of them. */
const parser = new Parser();

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
): Promise<AsyncAPIDocumentInterface> {
  const text = JSON.stringify(disguise(document, document.value));
  const { document: parsed, diagnostics } = await parser.parse(text);
  const places = diagnostics.filter(isOfSpecification).map(placeOf);
  for (const diagnostic of diagnostics) {
    const { code, message, path, severity } = diagnostic;
    // The older versions are meant, and 3.0.0 is: several tools read 3.1 as an empty document.
    if (code === 'asyncapi-latest-version' || isConsequence(diagnostic, places)) continue;
    // What a reference leads to is found wrong in each place that has the reference.
    const pointer = document.origin(joinPointer('', ...path.map(undisguise)));
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
 * The parser calls the method `hasOwnProperty` of every object, and follows a `$ref` wherever it stands, also in
 * an example. So it is given a document in which these two have another name where they are names of the author,
 * and without schemas of formats that it does not know.
 */
function disguise(document: ContractDocument, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => disguise(document, item));
  if (typeof value !== 'object' || value === null) return isTroublesome(value) ? value + suffix : value;
  const isForeign = 'schemaFormat' in value && !hasOwnFormat(value);
  if (isForeign && isFormattedSchema(value)) return {};
  const members = Object.entries(value).filter(
    ([key]) => !isForeign || !/^(payload|schemaFormat)$/.test(key),
  );
  return Object.fromEntries(
    members.map(([key, child]) => {
      if (key === '$ref' && isReference(document, child)) {
        return [key, child.replaceAll(/(?<=\/)(hasOwnProperty|\$ref)(?=\/|$)/g, `$&${suffix}`)];
      }
      return [isTroublesome(key) ? `${key}${suffix}` : key, disguise(document, child)];
    }),
  );
}

const suffix = '-';

function isTroublesome(name: unknown): name is string {
  return name === 'hasOwnProperty' || name === '$ref';
}

function undisguise<Text extends string | number>(text: Text): Text | string {
  return typeof text === 'number' ? text : text.replaceAll(/(hasOwnProperty|\$ref)-/g, '$1');
}

function isReference(document: ContractDocument, reference: unknown): reference is string {
  const target = typeof reference === 'string' ? pointerOfReference(reference) : null;
  return target !== null && document.resolve(target).value !== undefined;
}
