import { idOf, userIdOf } from './follow-graph.ts';

/** A store with many users and posts, the same for the same options. */
export interface PopulationOptions {
  readonly users: number;
  readonly posts: number;
  /** The number of users whom the reader follows. Each of them has posts. */
  readonly friends: number;
}

/** The rows of a table by column, in the tables of commit 222631d, which later versions migrate. */
export interface TableRows {
  readonly table: string;
  /** The name of the column, and its values. */
  readonly columns: Readonly<Record<string, readonly string[] | readonly number[]>>;
}

/** The user who follows others. */
export const reader = userIdOf('reader', 0);

/** All names begin with the same letters: the worst case for a search by initials. */
export const initials = { first: 'A', second: 'L' };

/** No second name begins with this letter. */
export const unusedInitial = 'Q';

/** The authors of posts, in turn. */
const authors = 10_000;

const textBytes = 1000;

export function postIdOf(post: number): string {
  return idOf(`post ${post}`);
}

/** The rows to insert into empty tables; `nowMs` is when the posts were created. */
export function populationRows(options: PopulationOptions, nowMs: number): readonly TableRows[] {
  const users = indexes(options.users);
  const posts = indexes(options.posts);
  const ids = users.map((user) => userIdOf('author', user));
  const authorOf = (post: number): string => ids[post % Math.min(authors, ids.length)] ?? '';
  const seqs = posts.map((post) => post + 1);
  const shared = {
    seq: seqs,
    author: posts.map(authorOf),
    created_at: posts.map(() => nowMs),
  };
  const friends = ids.slice(0, options.friends);
  return [
    {
      table: 'app_user',
      columns: {
        id: ids,
        first_name: users.map((user) => `Ada${user}`),
        second_name: users.map((user) => `Lovelace${user}`),
        password_hash: users.map(() => ''),
      },
    },
    {
      table: 'post',
      columns: {
        ...shared,
        id: posts.map(postIdOf),
        text: posts.map((post) => `post ${post} `.padEnd(textBytes, 'x')),
      },
    },
    {
      table: 'event',
      columns: { ...shared, kind: posts.map(() => 'post'), post_id: posts.map(postIdOf) },
    },
    {
      table: 'friend',
      columns: {
        user_id: friends.map(() => reader),
        friend_id: friends,
        since_seq: friends.map(() => 0),
      },
    },
  ];
}

function indexes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
