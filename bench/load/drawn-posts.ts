import type { HttpRequest } from '../peers/peer.ts';
import { tokenOf } from '../support.ts';
import { userIdOf } from './follow-graph.ts';
import { PostsInFlight, type SentPost } from './posts-in-flight.ts';

/** Who posts next, and who is to get it. */
export interface Draw {
  /** By its index in the follow graph. */
  readonly author: number;
  /** Indices of subscribers; left out: all. */
  readonly audience?: readonly number[];
}

/** Posts in flight, each of an author of its own. */
export class DrawnPosts extends PostsInFlight {
  readonly #draw: () => Draw;
  /** By author: a client has one token for all of its posts. */
  readonly #headers = new Map<number, HttpRequest['headers']>();
  #author = 0;
  #sent = 0;

  constructor(subscribers: number, draw: () => Draw) {
    super(subscribers);
    this.#draw = draw;
  }

  /** Posts so far. */
  override get sent(): number {
    return this.#sent;
  }

  override next(): SentPost {
    const { author, audience } = this.#draw();
    this.#author = author;
    this.#sent += 1;
    return super.next(audience);
  }

  /** Publishes the post that `next` has given last. */
  request(text: string): HttpRequest {
    const author = this.#author;
    const headers = this.#headers.get(author) ?? {
      Authorization: `Bearer ${tokenOf(userIdOf('author', author))}`,
    };
    this.#headers.set(author, headers);
    return { path: '/post/create', headers, body: JSON.stringify({ text }) };
  }
}
