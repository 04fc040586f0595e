import { describe, expect, it } from 'vitest';
import { PostFinder, postText, textBytes } from '../../bench/load/post-text.ts';
import { PostsInFlight } from '../../bench/load/posts-in-flight.ts';

describe('posts in flight', () => {
  it('are delivered once every subscriber has received them', async () => {
    const posts = new PostsInFlight(2);
    const { number, delivered } = posts.next();
    posts.arrive(0, number);
    expect(posts.faults()).toEqual(['1 of 2 deliveries are missing']);
    posts.arrive(1, number);
    await delivered;
    expect(posts.faults()).toEqual([]);
    expect([posts.arrived, posts.latencies.count]).toEqual([2, 2]);
  });

  it('are missing if another one arrived twice instead', () => {
    const posts = new PostsInFlight(1);
    const first = posts.next();
    posts.next();
    posts.arrive(0, first.number);
    posts.arrive(0, first.number);
    expect(posts.faults()).toEqual([
      '1 of 2 deliveries are missing',
      '1 deliveries came twice or to the wrong subscriber',
    ]);
  });

  it('are duplicates even while others still wait for them', () => {
    const posts = new PostsInFlight(2);
    const { number } = posts.next();
    posts.arrive(0, number);
    posts.arrive(0, number);
    expect(posts.faults()).toEqual([
      '1 of 2 deliveries are missing',
      '1 deliveries came twice or to the wrong subscriber',
    ]);
  });

  it('are faults for subscribers who are not recipients', async () => {
    const posts = new PostsInFlight(3);
    const { number, delivered } = posts.next([2]);
    posts.arrive(1, number);
    posts.arrive(2, number);
    await delivered;
    expect(posts.faults()).toEqual(['1 deliveries came twice or to the wrong subscriber']);
  });

  it('are faults if they were never sent', () => {
    const posts = new PostsInFlight(1);
    posts.arrive(0, 7);
    expect(posts.faults()).toHaveLength(1);
  });
});

function find(finder: PostFinder, message: string): readonly number[] {
  // The bytes after the message belong to an earlier one and must not be found.
  const bytes = Buffer.from(`${message}${postText(999)}`);
  const found: number[] = [];
  finder.find(bytes, 0, Buffer.byteLength(message), (number) => found.push(number));
  return found;
}

describe('the text of a post', () => {
  it('always has the same length', () => {
    expect([postText(0).length, postText(9_999_999).length]).toEqual([textBytes, textBytes]);
  });

  it('contains its number, anywhere in a message', () => {
    const finder = new PostFinder();
    expect(find(finder, `{"text":"${postText(12)}"}`)).toEqual([12]);
    expect(find(finder, `{"text":"${postText(13)}"}`)).toEqual([13]);
    expect(find(finder, `42["post",{"text":"${postText(14)}"}]`)).toEqual([14]);
  });

  it('is found as often as a message contains it', () => {
    const finder = new PostFinder();
    expect(find(finder, [1, 2, 3].map(postText).join('\n'))).toEqual([1, 2, 3]);
    expect(find(finder, '{"type":"checkpoint"}')).toEqual([]);
    expect(find(finder, 'x'.repeat(500))).toEqual([]);
  });

  it('is not found in the remains of an earlier message', () => {
    const finder = new PostFinder();
    expect(find(finder, `12345${postText(1)}`)).toEqual([1]);
    expect(find(finder, '12345')).toEqual([]);
  });
});
