import type { Content } from 'posted/contract';
import { describe, expectTypeOf, it } from 'vitest';

interface Bid {
  readonly type: 'bid';
  readonly id: string;
  readonly cents: number;
  readonly note?: string;
}

interface Retreat {
  type: 'retreat';
  lot: number;
}

describe('the content of a message', () => {
  it('has all properties except those that the runtime fills in', () => {
    expectTypeOf<Content<Bid, 'type' | 'id'>>().toEqualTypeOf<{
      readonly cents: number;
      readonly note?: string;
    }>();
  });

  it('is a union for a union of messages', () => {
    expectTypeOf<Content<Bid | Retreat, 'type' | 'id'>>().toEqualTypeOf<
      { readonly cents: number; readonly note?: string } | { lot: number }
    >();
  });

  it('is an empty object if nothing is left', () => {
    expectTypeOf<Content<Retreat, 'type' | 'lot'>>().toEqualTypeOf<Record<string, never>>();
  });

  it('keeps known properties beside unknown ones', () => {
    interface Open extends Retreat {
      [name: string]: unknown;
    }
    expectTypeOf<Content<Open, 'type'>>().toEqualTypeOf<{ [name: string]: unknown; lot: number }>();
  });
});
