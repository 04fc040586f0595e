import { formatProblem, GenerationError, type Problem } from '../contract/generation-error.ts';
import { UsageError } from './options.ts';

/** More than anybody mends before looking again. */
const maxProblems = 100;

export interface Explanation {
  readonly text: string;
  readonly exitCode: number;
}

/** What a person is told of an error. */
export function explain(thrown: unknown): Explanation {
  if (thrown instanceof UsageError) return { text: `posted: ${thrown.message} See --help.`, exitCode: 2 };
  if (thrown instanceof GenerationError) return { text: listProblems(thrown.problems), exitCode: 1 };
  if (!(thrown instanceof Error)) return { text: `posted: ${String(thrown)}`, exitCode: 1 };
  // What the machine refuses says itself what and where; in a mistake of Posted's own, the stack does.
  const text = 'syscall' in thrown ? thrown.message : (thrown.stack ?? thrown.message);
  return { text: `posted: ${text}`, exitCode: 1 };
}

function listProblems(problems: readonly Problem[]): string {
  const lines = problems.slice(0, maxProblems).map(formatProblem);
  const rest = problems.length - lines.length;
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}
