import { expect, it } from 'vitest';
import { checkDeliveries } from './check-deliveries.ts';
import type { DeliveryHistory } from './delivery-history.ts';
import type { FaultKind } from './verdict.ts';

type ByTitle<Value> = Readonly<Record<string, Value>>;

/** Tests that the checker accepts right histories, and finds the one fault of each of the others. */
export function itJudges(
  right: ByTitle<DeliveryHistory>,
  faulty: ByTitle<readonly [FaultKind, DeliveryHistory]>,
): void {
  it.each(Object.entries(right))('accepts %s', (_title, history) => {
    expect(checkDeliveries(history)).toMatchObject({ passed: true, examples: [] });
  });

  it.each(Object.entries(faulty))('finds %s', (_title, [kind, history]) => {
    const { faults, examples } = checkDeliveries(history);
    expect({ count: faults[kind], kinds: new Set(examples.map((fault) => fault.kind)) }).toEqual({
      count: 1,
      kinds: new Set([kind]),
    });
  });
}
