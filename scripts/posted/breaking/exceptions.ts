import { ContractFiles } from '../contract/contract-files.ts';
import type { ContractSource } from '../contract/contract-source.ts';
import { formatProblem, GenerationError, type Problem } from '../contract/generation-error.ts';
import { nearestName } from '../contract/nearest-name.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { Change } from './change.ts';
import { rules } from './rules.ts';

/** A change that is allowed although deployed clients may notice it. */
interface Exception {
  readonly rule: string;
  readonly subject: string;
  readonly reason: string;
}

const fields = ['rule', 'subject', 'reason'] as const;

/** The reason why an entry is not a valid exception, and its fix. */
interface Mistake {
  readonly pointer: string;
  readonly what: string;
  readonly fix: string;
}

/** The exceptions of a contract, which remember whether they were needed. */
export class ExceptionList {
  readonly #source: ContractSource | null;
  readonly #exceptions: readonly Exception[];
  readonly #used = new Set<Exception>();

  constructor(source: ContractSource | null = null) {
    this.#source = source;
    this.#exceptions = source === null ? [] : readExceptions(source);
  }

  /** The reason why a change is allowed; null if it is not. */
  allow({ rule, subject }: Change): string | null {
    const exception = this.#exceptions.find((each) => each.rule === rule && each.subject === subject);
    if (exception === undefined) return null;
    this.#used.add(exception);
    return exception.reason;
  }

  /** A line for each exception that has allowed nothing. */
  get unused(): readonly string[] {
    const source = this.#source;
    if (source === null) return [];
    return this.#exceptions.flatMap((exception, index) => {
      if (this.#used.has(exception)) return [];
      const what = `no change ${JSON.stringify(exception.rule)} of ${JSON.stringify(exception.subject)} exists`;
      return [formatProblem(problemOf(source, { pointer: `/${index}`, what, fix: 'remove the exception' }))];
    });
  }
}

/**
 * Reads exceptions: a list of objects with `rule`, `subject` and `reason`, in JSON or YAML.
 *
 * @throws GenerationError for a file that cannot be read, or has anything else
 */
export async function readExceptionFile(file: string): Promise<ExceptionList> {
  const source = await new ContractFiles().readMain(file);
  if (source.problems.length > 0) throw new GenerationError(source.problems);
  return new ExceptionList(source);
}

function readExceptions(source: ContractSource): readonly Exception[] {
  const { value } = source;
  const mistakes = Array.isArray(value)
    ? value.flatMap((entry: unknown, index) => mistakesOf(entry, `/${index}`))
    : [{ pointer: '', what: 'this is not a list of exceptions', fix: `write ${example}` }];
  if (mistakes.length > 0) throw new GenerationError(mistakes.map((mistake) => problemOf(source, mistake)));
  return value as readonly Exception[];
}

const example = '`- { rule: message-withdrawn, subject: /chat message typing, reason: … }`';

function mistakesOf(entry: unknown, pointer: string): readonly Mistake[] {
  if (!isSchemaObject(entry)) return [{ pointer, what: 'this is not an exception', fix: `write ${example}` }];
  const unknown = Object.keys(entry).filter((key) => !fields.some((field) => field === key));
  const missing = fields.filter((field) => typeof entry[field] !== 'string' || entry[field] === '');
  const { rule } = entry;
  return [
    ...unknown.map((key) => ({
      pointer: `${pointer}/${key}`,
      what: `an exception has no field \`${key}\``,
      fix: 'remove it',
    })),
    ...missing.map((field) => ({
      pointer,
      what: `an exception needs the text \`${field}\``,
      fix: field === 'reason' ? 'say why clients are not harmed' : 'copy it from the report',
    })),
    ...(typeof rule === 'string' && rule !== '' && !Object.hasOwn(rules, rule)
      ? [
          {
            pointer: `${pointer}/rule`,
            what: `the rule ${JSON.stringify(rule)} does not exist`,
            fix: fixOf(rule),
          },
        ]
      : []),
  ];
}

function fixOf(rule: string): string {
  const nearest = nearestName(rule, Object.keys(rules));
  return nearest === null ? 'copy it from the report' : `did you mean ${nearest}?`;
}

function problemOf(source: ContractSource, { pointer, what, fix }: Mistake): Problem {
  return { file: source.file, ...source.find(pointer), what, fix };
}
