/** Writes TypeScript: lays out generated code and escapes the text of contracts in it. */

/** The contract that a file is generated from. */
export interface ContractTitle {
  /** The name of the contract's file. */
  readonly file: string;
  readonly title: string;
  readonly version: string;
}

/** A piece of source. An array is joined by line breaks; null is empty. */
type Piece = string | number | readonly string[] | null;

/**
 * A template of source code. The template is dedented, multi-line pieces are indented like the line that they are
 * in, and lines with only empty pieces are left out.
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
  if (piece === undefined) throw new TypeError('A template was given undefined.');
  if (piece === null) return '';
  return typeof piece === 'object' ? piece.join('\n') : String(piece);
}

/** Joins declarations with blank lines. */
export function separate(declarations: readonly string[]): string {
  return declarations.join('\n\n');
}

/** `{ a, b }` on one line if that is short, else with one item per line. */
export function enclose(open: string, items: readonly string[], close: string, separator = ','): string {
  if (items.length === 0) return `${open}${close}`;
  const space = open === '{' ? ' ' : '';
  const line = `${open}${space}${items.join(`${separator} `)}${space}${close}`;
  if (line.length <= 80 && !line.includes('\n')) return line;
  return `${open}\n${items.map((item) => `  ${item.replaceAll('\n', '\n  ')}${separator}`).join('\n')}\n${close}`;
}

/** A string literal, escaped as in JSON and with single quotes where it contains none. */
export function stringLiteral(text: string): string {
  const json = JSON.stringify(text);
  return /["']/.test(text) ? json : `'${json.slice(1, -1)}'`;
}

/** A JSON value as source, which is also valid as a literal type. */
export function literal(value: unknown): string {
  return typeof value === 'string' ? stringLiteral(value) : JSON.stringify(value);
}

/** The name of a member of an object literal or an interface, quoted if necessary. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteral(name);
}

/** A JSDoc comment of the paragraphs that are not empty; an empty string if all are. */
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

export function generatedFrom(what: string): string {
  return oneLine(`@generated from ${what}`);
}

function escapeComment(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n]/gu, ' ')
    .replaceAll('*/', '*\\/')
    .trim();
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
