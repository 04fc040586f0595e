import { describe, expect, it } from 'vitest';
import { createFollowGraph, type FollowGraph, star, userIdOf } from '../../bench/load/follow-graph.ts';

const options = { seed: 7, readers: 2000, authors: 20_000, meanFriends: 200, starReaders: 1500 };
const graph = createFollowGraph(options);

/** The average number of readers of the authors with these ranks. */
function meanReaders(from: number, to: number): number {
  const counts = graph.readersOf.slice(from, to).map(({ length }) => length);
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

/** For comparisons: printing a difference of so many numbers would take minutes. */
function bytesOf({ authorsOf }: FollowGraph): Buffer {
  return Buffer.concat(authorsOf.map(({ buffer }) => Buffer.from(buffer)));
}

describe('a follow graph', () => {
  it('has the requested average, ranging from a tenth to ten times of it', () => {
    const friends = graph.authorsOf.map((authors) => authors.filter((author) => author !== star).length);
    const mean = friends.reduce((sum, count) => sum + count, 0) / friends.length;
    expect(mean).toBeGreaterThan(180);
    expect(mean).toBeLessThan(220);
    expect(Math.min(...friends)).toBeGreaterThanOrEqual(20);
    expect(Math.min(...friends)).toBeLessThan(25);
    expect(Math.max(...friends)).toBeLessThanOrEqual(2000);
    expect(Math.max(...friends)).toBeGreaterThan(1500);
  });

  it('gives an author of ten times the rank about a sixth of the readers, by the power law', () => {
    // 10 ** 0.8 = 6.3, except for the few readers who follow so many that the popular authors run out.
    for (const rank of [200, 400, 800]) {
      const ratio = meanReaders(rank, 2 * rank) / meanReaders(10 * rank, 20 * rank);
      expect(ratio, `at ${rank}`).toBeGreaterThan(5);
      expect(ratio, `at ${rank}`).toBeLessThan(7);
    }
  });

  it('gives the star the requested number of readers', () => {
    expect(graph.readersOf[star]).toEqual(Array.from({ length: 1500 }, (_, reader) => reader));
  });

  it('has no duplicate edges, and agrees in both directions', () => {
    const byReader = graph.authorsOf.flatMap((authors, reader) =>
      Array.from(authors, (author) => reader * options.authors + author),
    );
    const byAuthor = graph.readersOf.flatMap((readers, author) =>
      readers.map((reader) => reader * options.authors + author),
    );
    expect(new Set(byReader).size).toBe(graph.edges);
    expect(byReader.length).toBe(graph.edges);
    expect(byAuthor.length).toBe(graph.edges);
    expect(new Set(byReader).symmetricDifference(new Set(byAuthor)).size).toBe(0);
  });

  it('depends only on its options', () => {
    expect(bytesOf(createFollowGraph(options)).equals(bytesOf(graph))).toBe(true);
    expect(bytesOf(createFollowGraph({ ...options, seed: 8 })).equals(bytesOf(graph))).toBe(false);
  });

  it('can consist of the star only', () => {
    expect(createFollowGraph({ ...options, meanFriends: 0 }).edges).toBe(1500);
  });

  it('identifies users by unique UUIDs', () => {
    const ids = ['reader', 'author'].flatMap((kind) =>
      Array.from({ length: 100 }, (_, index) => userIdOf(kind as 'reader' | 'author', index)),
    );
    expect(new Set(ids).size).toBe(200);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
