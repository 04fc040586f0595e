/** How a value is written, in the notation of RFC 6570: a style of OpenAPI with `*` for `explode`, or `json`. */
export type ValueFormat = string;

export type ValueFormats = Readonly<Record<string, ValueFormat>>;

/** The values as a query or a form; absent ones are left out. A list has a pair for each item unless a format says otherwise. */
export function writeQuery(
  values: object,
  formats: ValueFormats = {},
  objects: ValueFormat = 'form*',
): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      queryPairs(name, value, formats[name] ?? (isObject(value) ? objects : 'form*')),
    )
    .join('&');
}

function queryPairs(name: string, value: unknown, format: ValueFormat): readonly string[] {
  if (value === undefined) return [];
  if (format === 'json') return [pair(name, JSON.stringify(value))];
  if (format === 'deepObject') return deepPairs(name, value);
  const items = itemsOf(value, format.endsWith('*'));
  if (items === undefined) return [pair(name, textOf(value))];
  if (format.endsWith('*')) return items.map(([key, item]) => pair(key ?? name, item));
  const delimiter = format === 'spaceDelimited' ? '%20' : format === 'pipeDelimited' ? '%7C' : ',';
  const parts = items.flatMap(([key, item]) => (key === undefined ? [item] : [key, item]));
  return [`${encodeURIComponent(name)}=${parts.map(encodeURIComponent).join(delimiter)}`];
}

function deepPairs(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [pair(name, textOf(value))];
  return Object.entries(value).flatMap(([key, member]) =>
    deepPairs(`${name}[${Array.isArray(value) ? '' : key}]`, member),
  );
}

function pair(name: string, value: string): string {
  return new URLSearchParams([[name, value]]).toString();
}

/** A value in a segment of a path; '' if it has no text. */
export function writeSegment(name: string, value: unknown, format: ValueFormat = 'simple'): string {
  if (format === 'json') return encodeURIComponent(JSON.stringify(value));
  const [style = '', explode] = format.split(/(?=\*)/);
  const items = itemsOf(value, explode !== undefined);
  const separator = explode === undefined || style === 'simple' ? ',' : style === 'label' ? '.' : ';';
  const isMatrix = style === 'matrix';
  const prefix = style === 'label' ? '.' : isMatrix ? ';' : '';
  const own = isMatrix ? `${encodeURIComponent(name)}=` : '';
  if (items === undefined) {
    const text = value === undefined ? '' : textOf(value);
    return text === '' ? '' : prefix + own + encodeURIComponent(text);
  }
  const parts = items.flatMap(([key, item]) => {
    const text = encodeURIComponent(item);
    if (key === undefined) return [isMatrix && explode !== undefined ? own + text : text];
    return explode === undefined ? [encodeURIComponent(key), text] : [`${encodeURIComponent(key)}=${text}`];
  });
  if (parts.length === 0) return '';
  return prefix + (isMatrix && explode === undefined ? own : '') + parts.join(separator);
}

/** A value of a header: a list or an object has commas. */
export function writeHeader(value: unknown, format: ValueFormat = 'simple'): string {
  if (format === 'json') return JSON.stringify(value);
  const items = itemsOf(value, true);
  if (items === undefined) return textOf(value);
  return items
    .map(([key, item]) => (key === undefined ? item : `${key}${format.endsWith('*') ? '=' : ','}${item}`))
    .join(',');
}

/** The members of a list or an object as text, without absent ones; undefined for any other value. */
function itemsOf(
  value: unknown,
  isExploded: boolean,
): readonly (readonly [key: string | undefined, item: string])[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, member]): [string | undefined, string][] => {
    if (member === undefined) return [];
    // A list inside an object has a pair for each of its items.
    const all = isExploded && !isList && Array.isArray(member) ? member : [member];
    return all.map((item) => [isList ? undefined : key, textOf(item)]);
  });
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
