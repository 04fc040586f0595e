import type { Connection, Encoded, Publish } from 'posted/server';
import { InvalidMessageError } from 'posted/server';
import type {
  PublishBye,
  PublishCheckpoint,
  PublishPost,
  PublishReady,
  PublishReset,
} from '../../../generated/asyncapi/publishers.ts';
import type { FeedEvent, LivePost } from '../feed/hub.ts';
import { type Line, type ResetReason, windowSize } from '../feed/resumable.ts';

/** The publishers of the channel's messages, once the server has started. */
export interface FeedPublishers<Session> {
  post?: PublishPost<Session>;
  ready?: PublishReady<Session>;
  checkpoint?: PublishCheckpoint<Session>;
  reset?: PublishReset<Session>;
  bye?: PublishBye<Session>;
}

export interface FeedMessagesDeps<Session> {
  readonly cursorOf: (seq: number) => string;
  /** Whether a connection may see a post, by who is whose friend now. */
  readonly canSee: (session: Session, author: string, seq: number) => boolean;
}

/** How an event of the log becomes the contract's messages, and reaches a resumable connection. */
export interface FeedMessages<Session> {
  readonly publishers: FeedPublishers<Session>;
  /** Sends a post to plain connections. */
  publishPlain(post: LivePost, connections: Iterable<Connection<Session>>): void;
  lineOf(connection: Connection<Session>): Line;
}

export function createFeedMessages<Session>({
  cursorOf,
  canSee,
}: FeedMessagesDeps<Session>): FeedMessages<Session> {
  const publishers: FeedPublishers<Session> = {};
  /** One frame an event, whoever needs it: those who are live, and all who replay it while it is in memory. */
  const frames = new WeakMap<FeedEvent, Encoded | null>();
  /** One after the other asks for the same. */
  let lastPost: { readonly post: LivePost | null; readonly encoded: Encoded | null } = {
    post: null,
    encoded: null,
  };
  /** Many connections are quiet at the same place. */
  let lastCheckpoint: { readonly cursor: string; readonly encoded: Encoded | null } = {
    cursor: '',
    encoded: null,
  };

  function frameOf(post: LivePost): Encoded | null {
    if (lastPost.post === post) return lastPost.encoded;
    let encoded = frames.get(post);
    if (encoded === undefined) {
      encoded = encode(publishers.post, { ...messageOf(post), cursor: cursorOf(post.seq) });
      frames.set(post, encoded);
    }
    lastPost = { post, encoded };
    return encoded;
  }

  function checkpointAt(seq: number): Encoded | null {
    const cursor = cursorOf(seq);
    if (lastCheckpoint.cursor !== cursor) {
      const message = { type: 'checkpoint', cursor } as const;
      lastCheckpoint = { cursor, encoded: encode(publishers.checkpoint, message) };
    }
    return lastCheckpoint.encoded;
  }

  const shared: SharedByLines<Session> = {
    canSee,
    ready: (seq, resumed) =>
      encode(publishers.ready, { type: 'ready', cursor: cursorOf(seq), resumed, window: windowSize }),
    post: frameOf,
    checkpoint: checkpointAt,
    reset: (seq, reason) => encode(publishers.reset, { type: 'reset', reason, cursor: cursorOf(seq) }),
    bye: (retryAfterMs) => encode(publishers.bye, { type: 'bye', retryAfterMs }),
  };

  return {
    publishers,
    publishPlain(post, connections) {
      const { createdAtMs: sinceMs } = post;
      unlessInvalid(() => publishers.post?.(messageOf(post), connections, { sinceMs }));
    },
    lineOf: (connection) => new FeedLine(connection, shared),
  };
}

/** What all lines share, with each message of a resumable connection encoded; null if it cannot be sent. */
interface SharedByLines<Session> extends Pick<FeedMessagesDeps<Session>, 'canSee'> {
  ready(seq: number, resumed: boolean): Encoded | null;
  post(post: LivePost): Encoded | null;
  checkpoint(seq: number): Encoded | null;
  reset(seq: number, reason: ResetReason): Encoded | null;
  bye(retryAfterMs: number): Encoded | null;
}

class FeedLine<Session> implements Line {
  readonly #connection: Connection<Session>;
  readonly #shared: SharedByLines<Session>;

  constructor(connection: Connection<Session>, shared: SharedByLines<Session>) {
    this.#connection = connection;
    this.#shared = shared;
  }

  get bufferedBytes(): number {
    return this.#connection.bufferedBytes;
  }

  buffersLessThan(bytes: number): boolean {
    return this.#connection.buffersLessThan(bytes);
  }

  canSee(author: string, seq: number): boolean {
    return this.#shared.canSee(this.#connection.session, author, seq);
  }

  sendReady(seq: number, resumed: boolean): boolean {
    return this.#send(this.#shared.ready(seq, resumed));
  }

  sendPost(post: LivePost): boolean {
    return this.#send(this.#shared.post(post));
  }

  sendCheckpoint(seq: number): boolean {
    return this.#send(this.#shared.checkpoint(seq));
  }

  sendReset(seq: number, reason: ResetReason): boolean {
    return this.#send(this.#shared.reset(seq, reason));
  }

  sendBye(retryAfterMs: number): boolean {
    return this.#send(this.#shared.bye(retryAfterMs));
  }

  closeSlow(): void {
    this.#connection.close('slowConsumer');
  }

  #send(encoded: Encoded | null): boolean {
    return encoded !== null && this.#connection.send(encoded);
  }
}

function encode<Message>(publish: Publish<Message, never> | undefined, message: Message): Encoded | null {
  return unlessInvalid(() => publish?.encode(message)) ?? null;
}

/** The runtime has logged an event that breaks the contract: it must not stop the delivery of the others. */
function unlessInvalid<Value>(send: () => Value): Value | null {
  try {
    return send();
  } catch (thrown) {
    if (thrown instanceof InvalidMessageError) return null;
    throw thrown;
  }
}

function messageOf({ postId, text, author }: LivePost) {
  return { type: 'post', payload: { postId, postText: text, author_user_id: author } } as const;
}
