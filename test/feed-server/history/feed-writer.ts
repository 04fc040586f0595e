import type { Writer, WriterDeps } from '../../support/history/delivery-app.ts';
import { refused } from '../../support/history/delivery-recorder.ts';
import { RestError, type RestRequest } from '../../support/history/rest.ts';
import {
  commentDeletedId,
  commentId,
  deletedId,
  likeId,
  postId,
  textOf,
  updatedId,
} from './feed-messages.ts';

export interface Account {
  readonly id: string;
  readonly token: string;
}

/** A post that its author has not deleted. */
interface LivePost {
  readonly id: string;
  readonly key: string;
  version: number;
}

/** The posts that can be liked: of all authors, the newest last. */
export type LikablePosts = string[];

export interface FeedWriterDeps extends WriterDeps {
  readonly name: string;
  readonly account: Account;
  readonly likable: LikablePosts;
}

/** How many of the newest posts are liked and commented on. */
const likableCount = 50;

/** An author of posts, who also likes and comments on those of others. Changes only what it has created itself. */
export class FeedWriter implements Writer {
  readonly #deps: FeedWriterDeps;
  readonly #posts: LivePost[] = [];
  readonly #comments: string[] = [];
  readonly #liked = new Set<string>();
  /** Those that no late request can like again. */
  readonly #unlikable: string[] = [];
  #count = 0;

  constructor(deps: FeedWriterDeps) {
    this.#deps = deps;
  }

  async welcome(): Promise<void> {
    await this.#createPost();
    const post = this.#posts.at(-1);
    if (post === undefined) return;
    await this.#updatePost(post);
    await this.#like(post.id);
    await this.#comment(post.id);
  }

  async write(): Promise<void> {
    const share = this.#deps.random.between(0, 1);
    const pending = this.#pick(share) ?? this.#createPost();
    await pending;
  }

  async close(): Promise<void> {}

  /** Undefined if there is nothing to do. */
  #pick(share: number): Promise<void> | undefined {
    const { random, likable } = this.#deps;
    if (share < 0.1) return this.#posts.length > 0 ? this.#updatePost(random.pick(this.#posts)) : undefined;
    if (share < 0.16) return this.#posts.length > 0 ? this.#deletePost() : undefined;
    if (share < 0.32) {
      const candidates = likable.filter((post) => !this.#liked.has(post));
      return candidates.length > 0 ? this.#like(random.pick(candidates)) : undefined;
    }
    if (share < 0.4) return this.#unlikable.length > 0 ? this.#unlike() : undefined;
    if (share < 0.54) return likable.length > 0 ? this.#comment(random.pick(likable)) : undefined;
    if (share < 0.6) return this.#comments.length > 0 ? this.#deleteComment() : undefined;
    return undefined;
  }

  async #createPost(): Promise<void> {
    const { name, likable } = this.#deps;
    this.#count += 1;
    const key = `${name}-${this.#count}`;
    const id = await this.#request(postId(key), {
      method: 'POST',
      path: '/post/create',
      idempotencyKey: key,
      body: { text: textOf(key, 0) },
    });
    if (typeof id !== 'string') return;
    this.#posts.push({ id, key, version: 0 });
    likable.push(id);
    if (likable.length > likableCount) likable.shift();
  }

  /** Each attempt has a text of its own, because one without an answer may take effect late, beside the next. */
  async #updatePost(post: LivePost): Promise<void> {
    const { signal } = this.#deps;
    for (let isAnswered = false; !isAnswered && !signal.aborted; ) {
      post.version += 1;
      const text = textOf(post.key, post.version);
      const request = { method: 'PUT', path: '/post/update', body: { id: post.id, text } } as const;
      isAnswered =
        (await this.#record(updatedId(text), (token) => this.#deps.rest.attempt({ ...request, token }))) !==
        null;
    }
  }

  async #deletePost(): Promise<void> {
    const { likable, random } = this.#deps;
    const post = random.pick(this.#posts);
    this.#posts.splice(this.#posts.indexOf(post), 1);
    if (likable.includes(post.id)) likable.splice(likable.indexOf(post.id), 1);
    // Only its author deletes it, so it is found unless an earlier attempt has deleted it.
    await this.#request(
      deletedId(post.id),
      { method: 'PUT', path: `/post/delete/${post.id}` },
      (attempts) => {
        if (attempts === 1) throw new Error(`the post ${post.id} is lost`);
        return true;
      },
    );
  }

  async #like(post: string): Promise<void> {
    this.#liked.add(post);
    let attempts = 0;
    const onAttempt = (): void => {
      attempts += 1;
    };
    const id = likeId('postLiked', post, this.#deps.account.id);
    const answer = await this.#request(id, { method: 'PUT', path: `/post/like/${post}`, onAttempt });
    if (answer !== null && attempts === 1) this.#unlikable.push(post);
  }

  async #unlike(): Promise<void> {
    const post = this.#unlikable.shift() ?? '';
    const id = likeId('postUnliked', post, this.#deps.account.id);
    await this.#request(id, { method: 'PUT', path: `/post/unlike/${post}` });
  }

  async #comment(post: string): Promise<void> {
    this.#count += 1;
    const text = `${this.#deps.name}-comment-${this.#count}`;
    const id = await this.#request(commentId(text), {
      method: 'POST',
      path: '/comment/create',
      idempotencyKey: text,
      body: { post_id: post, text },
    });
    if (typeof id === 'string') this.#comments.push(id);
  }

  async #deleteComment(): Promise<void> {
    const comment = this.#comments.shift() ?? '';
    await this.#request(commentDeletedId(comment), { method: 'PUT', path: `/comment/delete/${comment}` });
  }

  /**
   * Sends a request until it is answered. `onAbsent` decides what it means that its post or comment does not exist: by
   * default, that somebody else has deleted it, before the request or after an attempt without an answer.
   */
  async #request(
    id: string,
    request: RestRequest,
    onAbsent: (attempts: number) => unknown = (attempts) => (attempts === 1 ? refused : null),
  ): Promise<unknown> {
    const { rest, latencies } = this.#deps;
    let attempts = 0;
    const onAttempt = (server: number): void => {
      attempts += 1;
      latencies.requested(id, server);
      request.onAttempt?.(server);
    };
    return await this.#record(id, async (token) => {
      try {
        const answer = await rest.requestUntilAnswered({ ...request, token, onAttempt });
        return answer === undefined ? true : answer;
      } catch (thrown) {
        if (thrown instanceof RestError && thrown.status === 404) return onAbsent(attempts);
        throw thrown;
      }
    });
  }

  async #record(id: string, execute: (token: string) => Promise<unknown>): Promise<unknown> {
    const { recorder, account } = this.#deps;
    return await recorder.write<unknown>(id, () => execute(account.token));
  }
}
