/** Writes TypeScript: lays out generated code and escapes the text that it takes from contracts. */

import { printable, printableLines } from './printable.ts';

/** The extension in relative imports of generated code: `ts` for code that runs as it is, `js` for code to compile. */
export type ImportExtension = 'ts' | 'js';

/** A piece of source code. Arrays are joined with line breaks; null adds nothing. */
type Piece = string | number | readonly string[] | null;

/**
 * A template of source code. The template is dedented, multi-line pieces take the indentation of their line, and
 * lines that contain only empty pieces are removed.
 */
export function ts(strings: TemplateStringsArray, ...pieces: readonly Piece[]): string {
  const marked = strings.reduce((text, part, index) => `${text}\0${index - 1}\0${part}`);
  const lines = marked.replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ ]/)));
  return lines
    .flatMap((line) => {
      const template = line.slice(margin);
      const indent = ' '.repeat(Math.max(template.search(/[^ ]/), 0));
      const filled = template.replaceAll(/\0(\d+)\0/g, (_mark, index: string) =>
        toText(pieces[Number(index)]).replaceAll(/\n(?=[^\n])/g, `\n${indent}`),
      );
      return filled.trim() === '' && template !== '' ? [] : [filled];
    })
    .join('\n');
}

function toText(piece: Piece | undefined): string {
  // Templates are JavaScript: a misspelled member must not end up as `undefined` in generated code.
  if (piece === undefined) throw new TypeError('A template contains an undefined value.');
  if (piece === null) return '';
  return typeof piece === 'object' ? piece.join('\n') : String(piece);
}

/** Joins declarations with blank lines. */
export function separate(declarations: readonly string[]): string {
  return declarations.join('\n\n');
}

/** `{ a, b }` on one line if it is short enough, otherwise with one item per line. */
export function enclose(open: string, items: readonly string[], close: string, separator = ','): string {
  if (items.length === 0) return `${open}${close}`;
  const space = open === '{' ? ' ' : '';
  const line = `${open}${space}${items.join(`${separator} `)}${space}${close}`;
  if (line.length <= 80 && !line.includes('\n')) return line;
  return `${open}\n${items.map((item) => `  ${item.replaceAll('\n', '\n  ')}${separator}`).join('\n')}\n${close}`;
}

/** A string literal with the escapes of JSON, in single quotes if the text contains no quotes. */
export function stringLiteral(text: string): string {
  const json = printable(JSON.stringify(text));
  return /["']/.test(text) ? json : `'${json.slice(1, -1)}'`;
}

/** A JSON value as source on one line, which is also valid as a literal type. */
export function literal(value: unknown): string {
  return typeof value === 'string' ? stringLiteral(value) : printable(JSON.stringify(value));
}

/** A JSON value or bytes as source, laid out for readers. */
export function valueSource(value: unknown): string {
  if (value instanceof Uint8Array) return `new Uint8Array([${value.join(', ')}])`;
  if (Array.isArray(value)) return enclose('[', value.map(valueSource), ']');
  if (typeof value !== 'object' || value === null) return literal(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${propertyKey(name)}: ${valueSource(member)}`,
  );
  return enclose('{', members, '}');
}

/** The key of a member of an object literal or an interface, quoted if necessary. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/** The access to a member of an object: `.name`, or with brackets if necessary. */
export function memberAccess(name: string): string {
  return propertyKey(name) === name ? `.${name}` : `[${stringLiteral(name)}]`;
}

/** A JSDoc comment of the non-empty paragraphs; an empty string if there are none. */
export function docComment(...paragraphs: readonly string[]): string {
  const lines = paragraphs
    .map(escapeComment)
    .filter((paragraph) => paragraph !== '')
    .flatMap((paragraph, index) => [...(index === 0 ? [] : ['']), ...paragraph.split('\n').flatMap(wrap)]);
  const [only] = lines;
  if (only === undefined) return '';
  if (lines.length === 1) return `/** ${only} */`;
  return ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'].join('\n');
}

/** The `@generated` tag of a declaration: the element of the contract that it comes from. */
export function generatedFrom(element: string): string {
  return oneLine(`@generated from ${element}`);
}

function escapeComment(text: string): string {
  return printableLines(text).replaceAll('*/', '*\\/').trim();
}

export function oneLine(text: string): string {
  return escapeComment(text).replaceAll('\n', ' ');
}

/** Breaks a line of more than 96 characters at spaces. */
function wrap(line: string): readonly string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > 96) {
    const before = rest.lastIndexOf(' ', 96);
    const space = before > 0 ? before : rest.indexOf(' ', 96);
    if (space === -1) break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  return [...lines, rest];
}
