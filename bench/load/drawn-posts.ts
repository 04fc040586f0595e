import type { HttpRequest } from '../peers/peer.ts';
import { tokenOf } from '../support.ts';
import { userIdOf } from './follow-graph.ts';
import { PostsInFlight, type SentPost } from './posts-in-flight.ts';

/** The next author, and who must receive the post. */
export interface Draw {
  /** The author's index in the follow graph. */
  readonly author: number;
  /** Indices of subscribers; undefined for all. */
  readonly audience?: readonly number[];
}

/** Posts in flight, each by a different author. */
export class DrawnPosts extends PostsInFlight {
  readonly #draw: () => Draw;
  /** By author: a client uses one token for all of its posts. */
  readonly #headers = new Map<number, HttpRequest['headers']>();
  #author = 0;
  #sent = 0;

  constructor(subscribers: number, draw: () => Draw) {
    super(subscribers);
    this.#draw = draw;
  }

  /** The number of posts so far. */
  override get sent(): number {
    return this.#sent;
  }

  override next(): SentPost {
    const { author, audience } = this.#draw();
    this.#author = author;
    this.#sent += 1;
    return super.next(audience);
  }

  /** Publishes the post last returned by `next`. */
  request(text: string): HttpRequest {
    const author = this.#author;
    const headers = this.#headers.get(author) ?? {
      Authorization: `Bearer ${tokenOf(userIdOf('author', author))}`,
    };
    this.#headers.set(author, headers);
    return { path: '/post/create', headers, body: JSON.stringify({ text }) };
  }
}
