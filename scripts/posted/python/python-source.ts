/** Writes Python in the format of ruff, and escapes the text that it takes from contracts. */

import { printableLines } from '../source/printable.ts';

const columns = 100;
/** One level of indentation. */
export const step = '    ';

/** Code on one line if it fits, otherwise with one item per line. */
export interface Group {
  readonly open: string;
  readonly items: readonly Code[];
  readonly close: string;
}

/** A piece of code, optionally with a prefix such as the name of an argument. */
export type Code = string | Group | { readonly before: string; readonly code: Code };

export function call(name: string, ...items: readonly Code[]): Group {
  return { open: `${name}(`, items, close: ')' };
}

export function argument(name: string, code: Code): Code {
  return { before: `${name}=`, code };
}

export function tuple(items: readonly Code[]): Code {
  const [only] = items;
  if (items.length === 1 && typeof only === 'string') return `(${only},)`;
  return { open: '(', items, close: items.length === 1 ? ',)' : ')' };
}

export function dict(entries: readonly (readonly [name: string, code: Code])[]): Group {
  const items = entries.map(([name, code]) => ({ before: `${text(name)}: `, code }));
  return { open: '{', items, close: '}' };
}

/** `subscript('Literal', values)`: `Literal[…]`. */
export function subscript(name: string, items: readonly Code[]): Group {
  return { open: `${name}[`, items, close: ']' };
}

/** The first lines of a method in a class, without their indentation. */
export function method(
  keyword: 'def' | 'async def',
  name: string,
  parameters: readonly string[],
  result: string,
): readonly string[] {
  const close = `) -> ${result}:`;
  return statement('', { open: `${keyword} ${name}(`, items: parameters, close }, '', step)
    .split('\n')
    .map((line) => line.slice(step.length));
}

/** The lines that import names from a module; empty if there are none. */
export function imports(module: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const line = `from ${module} import ${names.join(', ')}`;
  if (line.length <= columns) return [line];
  return [`from ${module} import (`, ...names.map((name) => `${step}${name},`), ')'];
}

/** Joins declarations, with two blank lines around classes. */
export function joinDeclarations(declarations: readonly string[]): string {
  return declarations
    .map((declaration, index) => {
      if (index === 0) return declaration;
      const isNextToClass = isClass(declaration) || isClass(declarations[index - 1] ?? '');
      return `${isNextToClass ? '\n\n' : '\n'}${declaration}`;
    })
    .join('\n');
}

function isClass(declaration: string): boolean {
  return declaration.startsWith('class ');
}

/** The source of a type as code that can be broken into lines: `Union[int, list["A"]]`. */
export function typeCode(source: string): Code {
  const [, open, inner] = /^(\w*\[)(.*)\]$/su.exec(source) ?? [];
  if (open === undefined || inner === undefined) return source;
  const items: string[] = [''];
  let depth = 0;
  for (const [part] of inner.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|, |./gsu)) {
    if (part === '[') depth += 1;
    if (part === ']') depth -= 1;
    if (part === ', ' && depth === 0) items.push('');
    else items.push(`${items.pop() ?? ''}${part}`);
  }
  return { open, items: items.map(typeCode), close: ']' };
}

/** A statement, with text before and after its code. */
export function statement(before: string, code: Code, after = '', indent = ''): string {
  return `${indent}${before}${layOut(code, indent, before.length, after.length)}${after}`;
}

function layOut(code: Code, indent: string, before: number, after: number): string {
  if (typeof code === 'string') return code;
  if ('before' in code) {
    return code.before + layOut(code.code, indent, before + code.before.length, after);
  }
  const line = oneLineOf(code);
  if (indent.length + before + widthOf(line) + after <= columns || code.items.length === 0) return line;
  const inner = indent + step;
  // A trailing comma would turn the only argument of a type into a tuple.
  const comma = code.items.length === 1 && /\w\[$/.test(code.open) ? '' : ',';
  const items = code.items.map((item) => `${inner}${layOut(item, inner, 0, 1)}${comma}\n`).join('');
  return `${code.open}\n${items}${indent}${code.close.replace(/^,/, '')}`;
}

export function oneLineOf(code: Code): string {
  if (typeof code === 'string') return code;
  if ('before' in code) return code.before + oneLineOf(code.code);
  return `${code.open}${code.items.map(oneLineOf).join(', ')}${code.close}`;
}

/** The width of a line in columns: East Asian characters are wide (Unicode Standard Annex #11). */
function widthOf(line: string): number {
  const wide =
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
  return Array.from(line).length + (line.match(wide)?.length ?? 0);
}

/** A string literal. Python understands the escapes of JSON; invisible characters are escaped too. */
export function text(value: string): string {
  const escaped = JSON.stringify(value).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu,
    (character) => {
      const digits = (character.codePointAt(0) ?? 0).toString(16);
      return digits.length > 4 ? `\\U${digits.padStart(8, '0')}` : `\\u${digits.padStart(4, '0')}`;
    },
  );
  const [singles, doubles] = [value.split("'").length, value.split('"').length];
  if (doubles <= singles) return escaped;
  return `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A JSON value as source. */
export function literal(value: unknown): Code {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return { open: '[', items: value.map(literal), close: ']' };
  if (typeof value === 'object')
    return dict(Object.entries(value).map(([name, one]) => [name, literal(one)]));
  return JSON.stringify(value);
}

/** The lines of a docstring without indentation; none if all paragraphs are empty. */
export function docstring(...paragraphs: readonly string[]): readonly string[] {
  const lines = linesOf(paragraphs, columns - 8).map((line) =>
    line.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"'),
  );
  const [only] = lines;
  if (only === undefined) return [];
  if (lines.length === 1) return [`"""${only.replace(/"$/, '\\"')}"""`];
  return [`"""${only}`, ...lines.slice(1), '"""'];
}

/** The lines of a comment without indentation; none if all paragraphs are empty. */
export function comment(...paragraphs: readonly string[]): readonly string[] {
  return linesOf(paragraphs, columns - 6).map((line) => `# ${line}`.trimEnd());
}

export function indented(lines: readonly string[], indent = step): readonly string[] {
  return lines.map((line) => (line === '' ? '' : indent + line));
}

function linesOf(paragraphs: readonly string[], width: number): readonly string[] {
  return paragraphs
    .map((paragraph) => printableLines(paragraph).trim())
    .filter((paragraph) => paragraph !== '')
    .flatMap((paragraph, index) => [
      ...(index === 0 ? [] : ['']),
      ...paragraph.split('\n').flatMap((line) => wrap(line.trimEnd(), width)),
    ]);
}

/** Breaks a line at spaces, with a hanging indent for indented lines. */
function wrap(line: string, width: number): readonly string[] {
  const margin = line.search(/\S|$/);
  const hang = margin === 0 ? '' : ' '.repeat(margin + 4);
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const start = rest.search(/\S/);
    const before = rest.lastIndexOf(' ', width);
    const space = before > start ? before : rest.indexOf(' ', Math.max(width, start));
    if (space === -1) break;
    lines.push(rest.slice(0, space));
    rest = hang + rest.slice(space + 1);
  }
  return [...lines, rest];
}
