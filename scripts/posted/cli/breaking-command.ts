import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Change } from '../breaking/change.ts';
import { compareFiles } from '../breaking/compare-files.ts';
import { ExceptionList, readExceptionFile } from '../breaking/exceptions.ts';
import { countOf, judge } from '../breaking/judge.ts';
import { formats, renderReport } from '../breaking/render-report.ts';
import { fileOfRevision, RevisionError } from '../breaking/revision.ts';
import { GenerationError } from '../contract/generation-error.ts';
import type { LoadOptions } from '../generate-files.ts';
import {
  type Arguments,
  type Command,
  choiceOf,
  helpOption,
  loadOptions,
  readLoadOptions,
  UsageError,
} from './command.ts';
import { print, printError, reportError } from './reporter.ts';

/** Beside the new document: `asyncapi.breaking-exceptions.yaml` for `asyncapi.json`. */
const defaultExceptions = 'breaking-exceptions.yaml';

const severities = ['breaking', 'risky'] as const;

export const breakingCommand: Command = {
  name: 'breaking',
  operands: '<old> <new> | <new> --against REVISION [options]',
  summary: 'find the changes of a contract that break deployed clients',
  description: `Compares two versions of an AsyncAPI or an OpenAPI document, and classifies each change by what it means
for clients of the old version that talk to a server of the new one: breaking, risky or safe. A payload
that one side may send and the other refuses comes with an example, checked by the validators of both.

A change can be allowed in a file of exceptions: a list of objects with the rule and the subject of the
change, as they are in the report, and a reason.

Exits with 0 if nothing is breaking, with 1 if something is, and with 2 if the versions could not be
compared.`,
  options: {
    against: {
      value: 'REVISION',
      description: ['compare with the document in a revision of git, such as main'],
    },
    exceptions: {
      value: 'FILE',
      description: [
        `the allowed changes (default: ${defaultExceptions} beside the new document, if it exists)`,
      ],
    },
    format: { value: formats.join('|'), description: ['of the report (default: text)'] },
    'fail-on': { value: severities.join('|'), description: ['exit with 1 from here on (default: breaking)'] },
    ...loadOptions,
    ...helpOption,
  },
  examples: [
    'posted breaking asyncapi.old.json asyncapi.json',
    'posted breaking asyncapi.json --against main',
    'posted breaking openapi.yaml --against v1.2.0 --format github',
  ],

  async run(args) {
    try {
      return await report(args);
    } catch (thrown) {
      if (thrown instanceof RevisionError) printError(`posted: ${thrown.message}`);
      else reportError(thrown);
      return 2;
    }
  },
};

async function report(args: Arguments): Promise<number> {
  const format = choiceOf('format', args.valueOf('format') ?? 'text', formats);
  const severity = choiceOf('fail-on', args.valueOf('fail-on') ?? 'breaking', severities);
  const options = readLoadOptions(args);
  const { changes, document } = await compare(args, options);
  const exceptions = await exceptionsOf(args, document);
  const judged = judge(changes, exceptions);
  print(renderReport(format, judged));
  for (const line of exceptions.unused) printError(`warning: ${line}`);
  const isBad = countOf(judged, 'breaking') > 0 || (severity === 'risky' && countOf(judged, 'risky') > 0);
  return isBad ? 1 : 0;
}

interface Compared {
  readonly changes: readonly Change[];
  /** The new one. */
  readonly document: string;
}

async function compare(args: Arguments, options: LoadOptions): Promise<Compared> {
  const { operands } = args;
  const revision = args.valueOf('against');
  const [first, second, ...more] = operands;
  const expected = revision === undefined ? 2 : 1;
  if (first === undefined || more.length > 0 || operands.length !== expected) {
    throw new UsageError(
      'breaking takes two documents, the old one and the new one, or one document and --against REVISION.',
    );
  }
  if (revision === undefined) {
    const document = second ?? '';
    return { changes: await compareFiles(first, document, options), document };
  }
  await using old = await fileOfRevision(first, revision);
  const nameOf = (file: string): string => file.replace(`${old.folder}/`, `${revision}:`);
  try {
    const changes = await compareFiles(old.path, first, options);
    const named = changes.map((change) => ({
      ...change,
      position: { ...change.position, file: nameOf(change.position.file) },
    }));
    return { changes: named, document: first };
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    throw new GenerationError(thrown.problems.map((problem) => ({ ...problem, file: nameOf(problem.file) })));
  }
}

async function exceptionsOf(args: Arguments, document: string): Promise<ExceptionList> {
  const file = args.valueOf('exceptions');
  if (file !== undefined) return await readExceptionFile(file);
  const { dir, name } = parse(document);
  const beside = join(dir, `${name}.${defaultExceptions}`);
  return existsSync(beside) ? await readExceptionFile(beside) : new ExceptionList();
}
