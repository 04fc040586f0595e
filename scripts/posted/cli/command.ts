import { parseArgs } from 'node:util';
import { closest, distance } from 'fastest-levenshtein';
import { perspectives } from '../asyncapi/perspective.ts';
import type { LoadOptions } from '../generate-files.ts';

/** A subcommand of `posted`. */
export interface Command {
  readonly name: string;
  /** The positional arguments as usage shows them: `<document> [options]`. */
  readonly operands: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The full description for the help: lines of at most 96 characters. */
  readonly description: string;
  readonly options: OptionTable;
  readonly examples: readonly string[];
  /** Resolves with the exit code. */
  run(args: Arguments): Promise<number>;
}

interface Option {
  /** The placeholder of its value in the help; an option without one is a switch. */
  readonly value?: string;
  /** The lines of its description in the help. */
  readonly description: readonly string[];
}

/** The options of a command, by name without dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

export const helpOption: OptionTable = { help: { description: ['show this help'] } };

/** The options of every command that reads contracts. */
export const loadOptions: OptionTable = {
  'allow-remote': { description: ['follow http and https references (default: reject them)'] },
  'allow-outside': {
    description: ["follow references to files outside of the document's folder (default: reject them)"],
  },
  perspective: {
    value: 'server|client',
    description: [
      'whose operations the AsyncAPI document describes (default: its x-perspective,',
      'or else server); from the document of a client, the server gets the opposite ones',
    ],
  },
  strict: { description: ['treat warnings as errors'] },
};

/** @throws UsageError */
export function readLoadOptions(args: Arguments): LoadOptions {
  const perspective = args.valueOf('perspective');
  return {
    allowRemote: args.has('allow-remote'),
    allowOutside: args.has('allow-outside'),
    strict: args.has('strict'),
    perspective: perspective === undefined ? undefined : choiceOf('perspective', perspective, perspectives),
  };
}

/** An invalid command line. The message says how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command line that conforms to the command's options. */
export interface Arguments {
  readonly operands: readonly string[];
  /** The value of an option; undefined if it is absent. */
  valueOf(option: string): string | undefined;
  has(option: string): boolean;
}

/** @throws UsageError for unknown, repeated and malformed options */
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
  // Not strict, because its errors do not suggest similar options and it accepts repeated ones.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) throw unknownName('option', rawName, Object.keys(table));
    if (values.has(name)) throw new UsageError(`${rawName} is specified more than once.`);
    if (option.value === undefined && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    if (option.value !== undefined && (!value || (value.startsWith('-') && !inlineValue))) {
      throw new UsageError(`${rawName} requires a value: ${rawName} ${option.value}.`);
    }
    values.set(name, value ?? '');
  }
  return { operands, valueOf: (option) => values.get(option), has: (option) => values.has(option) };
}

/** An error for an unknown command or option, with the name that was probably intended. */
export function unknownName(kind: 'command' | 'option', name: string, known: readonly string[]): UsageError {
  const hint = didYouMean(name.replace(/^-+/, ''), known, kind === 'option' ? '--' : '');
  return new UsageError(`Unknown ${kind} ${quote(name)}.${hint}`);
}

/** The value of an option that is limited to some choices. @throws UsageError */
export function choiceOf<Choice extends string>(
  option: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  const hint = didYouMean(text, choices) || ` Valid values are ${choices.join(', ')}.`;
  throw new UsageError(`--${option} has the invalid value ${quote(text)}.${hint}`);
}

const maxQuotedLength = 64;

/** Suggests the candidate that the user probably meant; '' if none is similar. */
function didYouMean(word: string, candidates: readonly string[], prefix = ''): string {
  // The distance takes quadratic time.
  if (word.length > maxQuotedLength) return '';
  const name = word.toLowerCase();
  const best = closest(name, candidates);
  return distance(name, best) <= best.length / 2 ? ` Did you mean ${prefix}${best}?` : '';
}

/** On one line, and shortened if it is long. */
function quote(text: string): string {
  return JSON.stringify(text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text);
}
