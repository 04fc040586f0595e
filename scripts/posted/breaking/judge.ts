import type { Change } from './change.ts';
import type { ExceptionList } from './exceptions.ts';
import { rules, type Verdict, verdicts } from './rules.ts';

/** A change with what it means for whoever is deployed. */
export interface JudgedChange extends Change {
  readonly verdict: Verdict;
  /** Why it has that verdict. */
  readonly reason: string;
  /** The reason of the exception that allows it; null without one. */
  readonly allowedBecause: string | null;
}

/** The worst changes first. */
export function judge(changes: readonly Change[], exceptions: ExceptionList): readonly JudgedChange[] {
  return changes
    .map((change) => ({ ...change, ...rules[change.rule], allowedBecause: exceptions.allow(change) }))
    .toSorted(
      (one, other) =>
        verdicts.indexOf(one.verdict) - verdicts.indexOf(other.verdict) ||
        one.position.file.localeCompare(other.position.file) ||
        one.position.line - other.position.line,
    );
}

/** How many changes have a verdict and no exception. */
export function countOf(changes: readonly JudgedChange[], verdict: Verdict): number {
  return changes.filter((change) => change.verdict === verdict && change.allowedBecause === null).length;
}
