import { PostedError } from 'posted/server';
import type { PostRecord, Store } from '../store/store.ts';
import type { Delivery } from './delivery.ts';
import { createPostId } from './post-id.ts';
import type { Tail } from './tail.ts';

export type { PostRecord };

export interface NewPost {
  readonly author: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

/** What can be done with posts. Every method throws PostedError. */
export interface Posts {
  /** Resolves with the post's id once the post is on disk; publishing it follows and cannot undo it. */
  create(post: NewPost): Promise<string>;
  update(id: string, author: string, text: string): Promise<void>;
  delete(id: string, author: string): Promise<void>;
  get(id: string): Promise<PostRecord>;
  feedOf(user: string, offset: number, limit: number): Promise<readonly PostRecord[]>;
}

export function createPosts(
  store: Store,
  tail: Pick<Tail, 'offer'>,
  delivery: Pick<Delivery, 'revise'>,
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
      // The post-creation hook: what is offered here reaches the hub, and through it the sockets.
      if (event !== null) tail.offer(event);
      return postId;
    },
    async update(id, author, text) {
      if (!(await store.updatePost(id, author, text))) throw notYours();
      delivery.revise(id, text);
    },
    async delete(id, author) {
      if (!(await store.deletePost(id, author))) throw notYours();
      delivery.revise(id, null);
    },
    async get(id) {
      const post = await store.findPost(id);
      if (post === null) throw new PostedError('not_found', 'There is no post with this id.');
      return post;
    },
    feedOf: (user, offset, limit) => store.feedOf(user, offset, limit),
  };
}

/** Somebody else's post is answered like none at all. */
function notYours(): PostedError {
  return new PostedError('not_found', 'You have no post with this id.');
}
