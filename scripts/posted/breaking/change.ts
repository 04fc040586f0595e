import type { Position } from '../contract/contract-document.ts';
import type { RuleName } from './rules.ts';

/** A difference between two versions of a contract. */
export interface Change {
  readonly rule: RuleName;
  /** What has changed: names of the contract, the same in every run. Exceptions name a change by it and its rule. */
  readonly subject: string;
  /** What is different, in lowercase and without a period; '' if the rule says it all. */
  readonly detail: string;
  /** In the new version, or in the old one for what was removed. */
  readonly position: Position;
  /** A value that one side may send and the other refuses. */
  readonly example?: Example;
}

export interface Example {
  readonly value: unknown;
  /** Who refuses it. */
  readonly refusedBy: 'deployed clients' | 'the server';
}
