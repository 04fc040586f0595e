import { randomUUID } from 'node:crypto';
import { PostedError } from 'posted/server';
import type { Delivery } from '../feed/delivery.ts';
import type { Tail } from '../feed/tail.ts';
import type { FeedPage, FeedRange, PostRecord, ReadOptions, Store } from '../store/store.ts';

export type { FeedPosition, PostRecord } from '../store/store.ts';

export interface NewPost {
  readonly author: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

/** All methods reject with PostedError. */
export interface Posts {
  /** Resolves with the post's id once the post is on disk, whether or not publishing it succeeds afterwards. */
  create(post: NewPost): Promise<string>;
  update(id: string, author: string, text: string): Promise<void>;
  delete(id: string, author: string): Promise<void>;
  get(id: string, options: ReadOptions): Promise<PostRecord>;
  feedOf(range: FeedRange, options: ReadOptions): Promise<FeedPage>;
}

/** How far a feed can be read by offset, whose cost grows with it. */
const maxOffset = 10_000;

export function createPosts(
  store: Store,
  tail: Pick<Tail, 'offer'>,
  delivery: Pick<Delivery<unknown>, 'revise'>,
): Posts {
  return {
    async create({ author, text, idempotencyKey }) {
      const createdAtMs = Date.now();
      const { postId, event } = await store.appendPost({
        postId: createPostId(createdAtMs),
        author,
        text,
        createdAtMs,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      // The tail hands it to the hub, which sends it to the sockets.
      if (event !== null) tail.offer(event);
      return postId;
    },
    async update(id, author, text) {
      if (!(await store.updatePost(id, author, text))) throw notFound();
      delivery.revise(id, text);
    },
    async delete(id, author) {
      if (!(await store.deletePost(id, author))) throw notFound();
      delivery.revise(id, null);
    },
    async get(id, options) {
      const post = await store.findPost(id, options);
      if (post === null) throw new PostedError('not_found', 'There is no post with this id.');
      return post;
    },
    async feedOf(range, options) {
      if (range.offset > maxOffset) {
        const message =
          '`offset` must be 0 to 10,000. To read further, follow the `Link` header, which has `after`.';
        throw new PostedError('invalid_request', message);
      }
      return await store.feedOf(range, options);
    },
  };
}

/** The same for other users' posts, so that it does not reveal whether they exist. */
function notFound(): PostedError {
  return new PostedError('not_found', 'You have no post with this id.');
}

/**
 * A UUID version 7 (RFC 9562): milliseconds since the epoch, then 74 random bits. Posts of about the same
 * time are neighbors in the database's index of ids, so that a batch of them changes few of its pages.
 */
export function createPostId(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  // The random part of a version 4 UUID includes the variant.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
