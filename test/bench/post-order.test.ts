import { describe, expect, it } from 'vitest';
import { PostOrder } from '../../bench/load/post-order.ts';
import { postText } from '../../bench/load/post-text.ts';

const log = [2, 0, 1].map(postText);

function orderOf(...received: readonly (readonly number[])[]): PostOrder {
  const order = new PostOrder(received.length);
  for (const [subscriber, posts] of received.entries()) {
    for (const post of posts) order.arrive(subscriber, post);
  }
  return order;
}

describe('the order of posts', () => {
  it('is correct if all subscribers received posts in log order, even if not all posts', () => {
    expect(orderOf([2, 0, 1], [2, 0], []).faults(log)).toEqual([]);
  });

  it('is wrong if one subscriber received them in another order', () => {
    expect(orderOf([2, 0, 1], [0, 2, 1]).faults(log)).toEqual(['2 deliveries overtook others']);
  });

  it('is wrong if all subscribers received them in another order than the log', () => {
    expect(orderOf([0, 2, 1], [0, 2, 1]).faults(log)).toEqual([
      "2 of 3 posts came in another order than the log's",
    ]);
  });
});
