import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { joinPointer } from '../contract/json-pointer.ts';
import { isSchemaObject, type JsonSchema, type SchemaObject } from '../schemas/json-schema.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import { pascalCase } from '../source/identifiers.ts';
import { kindOfContent } from './content-kind.ts';
import * as fields from './openapi-fields.ts';
import { explodesByDefault, isFile, isFileList, structureOf } from './parameter-format.ts';
import type { BodyModel, FileModel } from './rest-model.ts';

interface ReadBodies {
  readonly contents: readonly BodyModel[];
  readonly isRequired: boolean;
}

/** The bodies that an operation takes, JSON first. */
export function readBodies(
  operation: ContractNode,
  method: string,
  operationId: string,
  schemas: SchemaSet,
): ReadBodies {
  const body = operation.get('requestBody');
  if (body === undefined) return { contents: [], isRequired: false };
  if (method === 'get') {
    const what = 'the body of a GET request is left out, because clients cannot send it';
    operation.warnAt('requestBody', what, 'use parameters, or another method');
    return { contents: [], isRequired: false };
  }
  checkFields(body, fields.requestBodyFields);
  const all = (body.get('content')?.entries ?? []).map(([contentType, mediaType]) => ({
    contentType,
    mediaType,
    kind: kindOfContent(contentType, mediaType),
  }));
  const known = all.filter(({ kind }) => kind !== 'xml');
  if (known.length > 0 && known.length < all.length) {
    body.warnAt('content', 'the content in XML is left out', 'use the other content types');
  }
  const order = ['json', 'form', 'multipart', 'text', 'binary'];
  const chosen = (known.length > 0 ? known : all).toSorted(
    (one, other) => order.indexOf(one.kind) - order.indexOf(other.kind),
  );
  const contents = chosen.map(({ contentType, mediaType, kind }, index) => {
    const name = `${pascalCase(operationId)}${index === 0 ? '' : pascalCase(kind)}Body`;
    const origin = `body of operation ${operationId}`;
    const model = { contentType, use: null, formats: new Map(), files: [], hasRequiredFields: false };
    checkFields(mediaType, fields.mediaTypeFields);
    if (kind === 'json') {
      return { ...model, kind, use: useContent(mediaType, name, origin, schemas) };
    }
    if (kind === 'form' || kind === 'multipart') {
      return { ...model, kind, ...readForm(mediaType, kind, name, origin, schemas) };
    }
    return { ...model, kind: kind === 'xml' ? ('text' as const) : kind };
  });
  return { contents: withoutDuplicates(contents), isRequired: body.get('required')?.value === true };
}

/** Of bodies in JSON with the same schema, the first. */
function withoutDuplicates(contents: readonly BodyModel[]): readonly BodyModel[] {
  const types = new Set<string>();
  return contents.filter(({ contentType }) => {
    const type = contentType.toLowerCase();
    return types.has(type) ? false : types.add(type);
  });
}

/** The schema of content in JSON; without a schema, it is any JSON. */
export function useContent(
  mediaType: ContractNode,
  name: string,
  origin: string,
  schemas: SchemaSet,
): SchemaUse {
  const use = schemas.useMessage({ payload: mediaType.get('schema'), headers: undefined }, name, origin);
  addExamples(schemas, use.definition, [], mediaType);
  return use;
}

type Form = Pick<BodyModel, 'use' | 'formats' | 'files' | 'hasRequiredFields'>;

/** The fields and the files of a form. Fields arrive as text, files apart from them. */
function readForm(
  mediaType: ContractNode,
  kind: 'form' | 'multipart',
  name: string,
  origin: string,
  schemas: SchemaSet,
): Form {
  const schema = mediaType.get('schema');
  const object = schema === undefined ? null : objectOf(schema);
  if (object === null) {
    return {
      use: useContent(mediaType, name, origin, schemas),
      formats: new Map(),
      files: [],
      hasRequiredFields: true,
    };
  }
  const whole = schemas.describe(object.value, object.pointer);
  const properties = isSchemaObject(whole) && isSchemaObject(whole.properties) ? whole.properties : {};
  const required: readonly unknown[] = Array.isArray(object.value.required) ? object.value.required : [];
  const isMultipart = kind === 'multipart';
  const files = Object.entries(properties).flatMap(([field, property]): FileModel[] => {
    const isList = isFileList(schemas, property as JsonSchema);
    if (!isMultipart || !(isList || isFile(schemas, property as JsonSchema))) return [];
    return [{ name: field, isList, isRequired: required.includes(field) }];
  });
  const fileNames = new Set(files.map((file) => file.name));
  const own = Object.entries(
    Object(object.value.properties) as Readonly<Record<string, SchemaObject>>,
  ).filter(([field]) => !fileNames.has(field));
  if (own.length === 0 && files.length > 0) {
    return { use: null, formats: new Map(), files, hasRequiredFields: false };
  }
  const use = schemas.useStructured(
    own.map(([field, property]) => ({
      name: field,
      required: required.includes(field),
      schema: property,
      pointer: joinPointer(object.pointer, 'properties', field),
    })),
    name,
    origin,
    object.value.additionalProperties !== false,
  );
  const formats = new Map(
    own.flatMap(([field]) => {
      const structure = structureOf(schemas, (properties[field] ?? true) as JsonSchema);
      const encoding = mediaType.get('encoding', field);
      const contentType = encoding?.text('contentType') ?? '';
      if (encoding !== undefined) checkFields(encoding, fields.encodingFields);
      const style = encoding?.text('style') || 'form';
      const explode = encoding?.get('explode')?.value;
      // OpenAPI 3.1, Encoding Object: an object is JSON unless a style says otherwise.
      const isJson =
        /json/i.test(contentType) || (structure.as === 'object' && (isMultipart || !encoding?.text('style')));
      const as = isJson ? ('json' as const) : structure.as;
      if (as === 'value') return [];
      const isExploded = typeof explode === 'boolean' ? explode : explodesByDefault(style);
      const isRequired = required.includes(field);
      return [[field, { ...structure, as, style, explode: isExploded, isRequired }] as const];
    }),
  );
  return { use, formats, files, hasRequiredFields: own.some(([field]) => required.includes(field)) };
}

interface FormObject {
  readonly value: SchemaObject;
  readonly pointer: string;
}

/** The schema of a form if it lists its fields; null for any other. */
function objectOf(schema: ContractNode): FormObject | null {
  const { value, pointer } = schema;
  if (!isSchemaObject(value) || !isSchemaObject(value.properties)) return null;
  const composed = ['allOf', 'anyOf', 'oneOf'].some((keyword) => value[keyword] !== undefined);
  return composed ? null : { value, pointer };
}

/** Adds the `example` and the `examples` of a parameter or a media type to the examples to check. */
export function addExamples(
  schemas: SchemaSet,
  definition: string,
  keys: readonly string[],
  node: ContractNode,
): void {
  const named = (node.get('examples')?.items ?? []).map((example) => example.get('value'));
  for (const example of [node.get('example'), ...named]) {
    if (example !== undefined) {
      schemas.examples.push({ definition, keys, value: example.value, pointer: example.pointer });
    }
  }
}
