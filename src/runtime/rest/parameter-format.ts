import { PostedError } from '../shared/errors.ts';
import { parseJson } from '../shared/json.ts';
import { decodePercent } from '../shared/url-encoding.ts';

/** How the value of a parameter is written (OpenAPI 3.1, Parameter Object, `style` and `explode`; RFC 6570). */
export interface ParameterFormat {
  /** What its text becomes: one value, a list, an object, or whatever JSON it is. */
  readonly as: 'value' | 'list' | 'object' | 'json';
  readonly style?: ParameterStyle;
  readonly explode?: boolean;
  /** The names of an object's properties; absent: any. */
  readonly properties?: readonly string[];
  /** Whether a list or an object without any member in the request is empty, rather than absent. */
  readonly isRequired?: boolean;
}

export type ParameterStyle =
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'deepObject'
  | 'simple'
  | 'label'
  | 'matrix';

/** By location, and by name. Absent: a single value. */
export interface ParameterFormats {
  readonly path?: Readonly<Record<string, ParameterFormat>>;
  readonly query?: Readonly<Record<string, ParameterFormat>>;
  readonly headers?: Readonly<Record<string, ParameterFormat>>;
  readonly cookies?: Readonly<Record<string, ParameterFormat>>;
}

type Values = Record<string, unknown>;

/** Delimiters that are encoded in a query, and so cannot be in a value (OpenAPI 3.1, Appendix E). */
const delimiters: Partial<Record<ParameterStyle, RegExp>> = {
  spaceDelimited: /%20|\+/,
  pipeDelimited: /\||%7C/i,
};

/** No prototype, so that `__proto__` is a name like any other. */
function emptyValues(): Values {
  return Object.create(null);
}

/**
 * Parses a query or a form (application/x-www-form-urlencoded) whose values are written in these formats. A value without
 * a format that is repeated becomes a list, which the guard of a single value refuses.
 *
 * @throws PostedError `invalid_request` if it is not properly encoded
 */
export function parseFormatted(
  text: string,
  formats: Readonly<Record<string, ParameterFormat>>,
  subject = 'query',
): Values {
  const pairs = text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [name: string, raw: string] => {
      const equals = pair.indexOf('=');
      const [name, raw] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decode(name, subject), raw];
    });
  const values = emptyValues();
  const owners = ownersOf(formats);
  for (const [name, { as, isRequired = false }] of Object.entries(formats)) {
    if (isRequired) values[name] = as === 'list' ? [] : emptyValues();
  }
  for (const [name, raw] of pairs) {
    const owner = ownerOf(name, formats, owners);
    const where = `${subject} /${name.slice(0, 64)}`;
    const format = formats[owner ?? ''];
    if (owner === undefined || format === undefined) addRepeated(values, name, decode(raw, where));
    else addFormatted(values, owner, format, { name, raw, where });
  }
  return values;
}

interface Pair {
  readonly name: string;
  readonly raw: string;
  readonly where: string;
}

function addFormatted(values: Values, owner: string, format: ParameterFormat, pair: Pair): void {
  const { as, style = 'form', explode = true } = format;
  const { name, raw, where } = pair;
  if (as === 'json') {
    values[owner] = parseJson(new TextEncoder().encode(decode(raw, where)));
  } else if (as === 'list') {
    const before = Array.isArray(values[owner]) ? values[owner] : [];
    const parts = explode ? [raw] : raw === '' ? [] : raw.split(delimiters[style] ?? ',');
    values[owner] = [...before, ...parts.map((part) => decode(part, where))];
  } else if (as === 'value') {
    addRepeated(values, owner, decode(raw, where));
  } else if (style === 'deepObject') {
    const path = [...name.slice(owner.length).matchAll(/\[([^\]]*)\]/g)].map(([, key = '']) => key);
    addDeep(objectAt(values, owner), path, decode(raw, where));
  } else if (explode) {
    addRepeated(objectAt(values, owner), name, decode(raw, where));
  } else {
    values[owner] = pairsOf(raw.split(delimiters[style] ?? ',').map((part) => decode(part, where)));
  }
}

/** By the name of a property: the objects whose properties are written as values of their own. */
function ownersOf(formats: Readonly<Record<string, ParameterFormat>>): ReadonlyMap<string | null, string> {
  return new Map(
    Object.entries(formats).flatMap(([owner, { as, style = 'form', explode = true, properties }]) => {
      if (as !== 'object' || style !== 'form' || !explode) return [];
      return (properties ?? [null]).map((property): [string | null, string] => [property, owner]);
    }),
  );
}

function ownerOf(
  name: string,
  formats: Readonly<Record<string, ParameterFormat>>,
  owners: ReadonlyMap<string | null, string>,
): string | undefined {
  if (Object.hasOwn(formats, name)) return name;
  const deep = /^([^[\]]+)\[/.exec(name)?.[1];
  if (deep !== undefined && Object.hasOwn(formats, deep) && formats[deep]?.style === 'deepObject')
    return deep;
  // Generated clients of some languages write the brackets of a list into its name.
  if (
    deep !== undefined &&
    name === `${deep}[]` &&
    formats[name] === undefined &&
    formats[deep]?.as === 'list'
  )
    return deep;
  return owners.get(name) ?? owners.get(null);
}

function objectAt(values: Values, name: string): Values {
  const known = values[name];
  if (typeof known === 'object' && known !== null && !Array.isArray(known)) return known as Values;
  const created = emptyValues();
  values[name] = created;
  return created;
}

function addDeep(object: Values, [key = '', ...rest]: readonly string[], value: string): void {
  const [next] = rest;
  if (next === undefined) addRepeated(object, key, value);
  else if (next === '' || /^\d+$/.test(next)) object[key] = [object[key] ?? [], value].flat();
  else addDeep(objectAt(object, key), rest, value);
}

function addRepeated(values: Values, name: string, value: string): void {
  const before = values[name];
  values[name] = before === undefined ? value : [before, value].flat();
}

/** The value of a header or a cookie. */
export function readHeaderValue(text: string, { as, explode = false }: ParameterFormat): unknown {
  if (as === 'json') return parseJson(new TextEncoder().encode(text));
  if (as === 'value') return text;
  const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
  if (as === 'list') return parts;
  return explode ? assignments(parts) : pairsOf(parts);
}

/** The value of a segment of a path, which is still encoded. */
export function readSegment(raw: string, name: string, format: ParameterFormat): unknown {
  const { as, style = 'simple', explode = false } = format;
  const where = `path /${name}`;
  const text = withoutPrefix(raw, name, format);
  if (as === 'json') return parseJson(new TextEncoder().encode(decodePercent(text, where)));
  if (as === 'value') return decodePercent(text, where);
  const separator = !explode || style === 'simple' ? ',' : style === 'label' ? '.' : ';';
  const parts = text === '' ? [] : text.split(separator).map((part) => decodePercent(part, where));
  if (as === 'object') return explode ? assignments(parts) : pairsOf(parts);
  return explode && style === 'matrix' ? parts.map((part) => part.replace(`${name}=`, '')) : parts;
}

/** @throws PostedError `invalid_request` */
function withoutPrefix(raw: string, name: string, { as, style, explode = false }: ParameterFormat): string {
  const prefix =
    style === 'label' ? '.' : style !== 'matrix' ? '' : as !== 'value' && explode ? ';' : `;${name}=`;
  if (raw.startsWith(prefix)) return raw.slice(prefix.length);
  throw new PostedError('invalid_request', `path /${name} must start with "${prefix}"`);
}

/** The list `a, 1, b, 2` as an object. */
function pairsOf(parts: readonly string[]): Values {
  const values = emptyValues();
  for (let index = 0; index < parts.length; index += 2)
    addRepeated(values, parts[index] ?? '', parts[index + 1] ?? '');
  return values;
}

/** The list `a=1, b=2` as an object. */
function assignments(parts: readonly string[]): Values {
  const values = emptyValues();
  for (const part of parts) {
    const equals = part.indexOf('=');
    addRepeated(
      values,
      equals === -1 ? part : part.slice(0, equals),
      equals === -1 ? '' : part.slice(equals + 1),
    );
  }
  return values;
}

function decode(text: string, subject: string): string {
  return decodePercent(text.replaceAll('+', ' '), subject);
}
