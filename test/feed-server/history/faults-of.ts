import { expect } from 'vitest';
import { check } from './check.ts';
import type { ClientHistory, History } from './history.ts';
import { makeClient, makeHistory } from './made-history.ts';
import { faultKinds } from './verdict.ts';

/** The kinds of the faults found, each as often as it was. */
export function faultsOf(history: Partial<History>, ...clients: readonly Partial<ClientHistory>[]) {
  const { faults, isRight } = check(makeHistory({ ...history, clients: clients.map(makeClient) }));
  const found = faultKinds.flatMap((kind) => Array.from({ length: faults[kind] }, () => kind));
  expect(isRight).toBe(found.length === 0);
  return found;
}
