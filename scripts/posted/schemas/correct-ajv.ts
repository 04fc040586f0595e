import { _, type Ajv, type CodeKeywordDefinition, Name } from 'ajv';
import equal from 'ajv/dist/runtime/equal.js';
import isMultiple from './decimal-multiple.ts';
import jsonEqual from './json-equal.ts';

/** The functions that corrected code calls, by the names by which standalone code has to import them. */
export const correctedFunctions: Readonly<Record<string, string>> = {
  jsonEqual: 'json-equal',
  isMultiple: 'decimal-multiple',
};

/** The property of Ajv's import that is the function, whichever way CommonJS is loaded. */
const ajvEqual: unknown = Reflect.get(equal, 'default') ?? equal;

/** Corrects what Ajv and ajv-formats get wrong, in compiled functions and in standalone code. */
export function correctAjv(ajv: Ajv): void {
  // Theirs has the flags `g` and `m`, so a single line of base64 suffices.
  ajv.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword(multipleOf);
  const { scope } = ajv;
  const declare = scope.value.bind(scope);
  // Ajv's own function for `const`, `enum` and `uniqueItems` calls members of values named `toString` and `valueOf`.
  scope.value = (name, value) =>
    declare(
      name,
      value.ref === ajvEqual ? { ...value, ref: jsonEqual, code: _`${new Name('jsonEqual')}` } : value,
    );
}

const multipleOf: CodeKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  error: {
    message: ({ schemaCode }) => _`"must be multiple of " + ${schemaCode}`,
    params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}`,
  },
  code(context) {
    const { gen, data, schemaCode } = context;
    const name = gen.scopeValue('func', { ref: isMultiple, code: _`${new Name('isMultiple')}` });
    context.fail(_`!${name}(${data}, ${schemaCode})`);
  },
};

/** Makes maps by the names of properties and by texts from empty objects that inherit nothing, such as `toString`. */
export function correctCode(code: string): string {
  return code
    .replaceAll(
      /(?<=^|[;{}\n])(\s*(?:const|var) (?:indices|props)\d+) ?= ?\{\};/g,
      '$1 = Object.create(null);',
    )
    .replaceAll(/(?<=[;{}\n])(\s*(props\d+) ?= ?\2 ?\|\| ?)\{\};/g, '$1Object.create(null);');
}
