import { parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';

/** An option of a command, without its dashes the key of its table. */
interface Option {
  /** What stands for its value in the help; without it the option is a switch. */
  readonly value?: string;
  /** Lines for the help. */
  readonly about: readonly string[];
}

export type OptionTable = Readonly<Record<string, Option>>;

export const helpOption: OptionTable = { help: { about: ['print this and do nothing'] } };

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a command line says, checked against the table of options. */
export interface Arguments {
  readonly operands: readonly string[];
  /** The value of an option; undefined where it is not given. */
  valueOf(option: string): string | undefined;
  has(option: string): boolean;
}

/** @throws UsageError for an option that the table does not have, or that is given wrongly */
export function readArguments(args: readonly string[], table: OptionTable): Arguments {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { value }]) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        ...(name === 'help' ? { short: 'h' } : {}),
      } as const,
    ]),
  );
  // Not strict: its messages neither know the nearest option nor speak of one that is given twice.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given = new Map<string, string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) throw new UsageError(unknown('option', rawName, Object.keys(table), '--'));
    if (given.has(name)) throw new UsageError(`${rawName} is given twice.`);
    if (option.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    if (option.value !== undefined && (!value || (value.startsWith('-') && !inlineValue))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}.`);
    }
    given.set(name, value ?? '');
  }
  return { operands, valueOf: (option) => given.get(option), has: (option) => given.has(option) };
}

const maxCompared = 64;

/** The candidate that `word` was probably meant to be; undefined if none is similar. */
function similarTo(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > maxCompared) return undefined;
  const name = word.toLowerCase();
  const best = closest(name, candidates);
  return distance(name, best) <= best.length / 2 ? best : undefined;
}

/** On one line, and shortened if it is long. */
function quote(text: string): string {
  return JSON.stringify(text.length > maxCompared ? `${text.slice(0, maxCompared)}…` : text);
}

/** Says that something is unknown, and what was probably meant. */
export function unknown(what: string, word: string, known: readonly string[], prefix = ''): string {
  const near = similarTo(word.replace(/^-+/, ''), known);
  return `There is no ${what} ${quote(word)}.${near === undefined ? '' : ` Did you mean ${prefix}${near}?`}`;
}

/** The option's value, which must be one of the choices. @throws UsageError */
export function choiceOf<Choice extends string>(
  option: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  const near = similarTo(text, choices);
  const hint = near === undefined ? `It is one of ${choices.join(', ')}` : `Did you mean ${near}`;
  throw new UsageError(`--${option} cannot be ${quote(text)}. ${hint}${near === undefined ? '.' : '?'}`);
}
