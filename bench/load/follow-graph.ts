import { createHash } from 'node:crypto';
import { createRandom, type Random } from '../../test/support/history/random.ts';

export interface FollowGraphOptions {
  readonly seed: number;
  /** The number of users who are online. */
  readonly readers: number;
  /** The number of users who may be followed, the most popular first. */
  readonly authors: number;
  /** The number of authors that a reader follows on average, besides the star: from a tenth to ten times as many. */
  readonly meanFriends: number;
  /** The number of readers who follow the first author, the star. */
  readonly starReaders: number;
}

/** Who follows whom, by index; the same for the same options on every machine. */
export interface FollowGraph {
  /** By reader: the authors that it follows, each once, in any order. */
  readonly authorsOf: readonly Uint32Array[];
  /** By author: its readers in ascending order. */
  readonly readersOf: readonly (readonly number[])[];
  readonly edges: number;
}

/** The author whose number of readers is an option. */
export const star = 0;

/**
 * The number of an author's readers falls with its rank to this power, which gives a power law with the
 * exponent 1 + 1 / 0.8 = 2.25. Twitter's exponent is 2.276 (Kwak et al., WWW 2010).
 */
const popularity = 0.8;

export function createFollowGraph(options: FollowGraphOptions): FollowGraph {
  const { seed, readers, authors, starReaders } = options;
  const random = createRandom(seed);
  const readerThatTook = new Int32Array(authors).fill(-1);
  const authorsOf = Array.from({ length: readers }, (_, reader) => {
    const follows = new Uint32Array(drawFriends(random, options) + (reader < starReaders ? 1 : 0));
    let count = 0;
    if (reader < starReaders) {
      follows[count] = star;
      count += 1;
    }
    while (count < follows.length) {
      const author = drawAuthor(random, authors);
      if (readerThatTook[author] === reader) continue;
      readerThatTook[author] = reader;
      follows[count] = author;
      count += 1;
    }
    return follows;
  });
  const edges = authorsOf.reduce((sum, { length }) => sum + length, 0);
  return { authorsOf, readersOf: invert(authorsOf, authors), edges };
}

/** The id of a user of the graph. */
export function userIdOf(kind: 'reader' | 'author', index: number): string {
  return idOf(`${kind} ${index}`);
}

/** A UUID that looks random, so that the order of ids does not help the server. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Draws from a Pareto distribution with the exponent 1/2, truncated at a tenth and ten times the mean: its mean
 * is the geometric mean of the two. With few authors, nobody follows more than half, so that drawing terminates.
 */
function drawFriends(random: Random, { meanFriends, authors }: FollowGraphOptions): number {
  const drawn = meanFriends / 10 / random.between(0.1, 1) ** 2;
  return Math.min(Math.round(drawn), Math.floor(authors / 2));
}

/** Any author but the star, by popularity: the inverse of the integral of rank ** -popularity. */
function drawAuthor(random: Random, authors: number): number {
  const power = 1 - popularity;
  return Math.min(authors - 1, Math.floor(random.between(1, authors ** power) ** (1 / power)));
}

function invert(authorsOf: readonly Uint32Array[], authors: number): readonly (readonly number[])[] {
  const readersOf = Array.from({ length: authors }, (): number[] => []);
  for (const [reader, follows] of authorsOf.entries()) {
    for (const author of follows) readersOf[author]?.push(reader);
  }
  return readersOf;
}
