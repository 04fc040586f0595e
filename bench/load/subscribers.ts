import { Acks } from '../../src/runtime/client/resumption.ts';
import type { Dialect } from '../peers/peer.ts';
import { CursorReader } from './cursor-reader.ts';
import type { OnMessage } from './frame-parser.ts';
import { PostFinder } from './post-text.ts';
import { Subscriber } from './subscriber.ts';

export interface SubscribersOptions {
  readonly port: number;
  readonly dialect: Dialect;
  /** The number of subscribers, or the UUIDs of their users. */
  readonly users: number | readonly string[];
  /** The maximum number of concurrent handshakes. */
  readonly atATime?: number;
  /** Whether they acknowledge posts, like the TypeScript client. */
  readonly acks?: boolean;
  /** Called when the subscriber with this index has received a post (`postText`). */
  readonly onPost?: (subscriber: number, post: number) => void;
}

/** The window of our server, which determines how often the client acknowledges. */
const ackWindow = 256;

/** Connected subscribers. */
export class Subscribers {
  readonly #all: readonly Subscriber[];
  readonly #acks: readonly Acks[];

  constructor(all: readonly Subscriber[], acks: readonly Acks[]) {
    this.#all = all;
    this.#acks = acks;
  }

  get count(): number {
    return this.#all.length;
  }

  /** The faults so far; empty if there are none. */
  faults(): readonly string[] {
    const lost = this.#all.filter(({ isLost }) => isLost).length;
    return lost === 0 ? [] : [`${lost} of ${this.count} connections were lost`];
  }

  end(): void {
    for (const acks of this.#acks) acks.stop();
    for (const subscriber of this.#all) subscriber.end();
  }
}

/** Opens all connections. If one is refused, closes the others and rejects. */
export async function openSubscribers(options: SubscribersOptions): Promise<Subscribers> {
  const { port, dialect, users, atATime = 100, acks: isAcking = false, onPost } = options;
  const count = typeof users === 'number' ? users : users.length;
  const all: Subscriber[] = [];
  const acks: Acks[] = [];
  const finder = new PostFinder();
  const cursors = new CursorReader();

  function listen(index: number): OnMessage {
    if (!isAcking) {
      const arrive = (post: number) => onPost?.(index, post);
      return (bytes, start, end) => finder.find(bytes, start, end, arrive);
    }
    const own = new Acks((cursor) => all[index]?.send(cursors.ackFrame(cursor)), ackWindow);
    acks.push(own);
    return (bytes, start, end) =>
      finder.find(bytes, start, end, (post) => {
        onPost?.(index, post);
        own.acknowledge(cursors.cursorOf(post, bytes, start, end));
      });
  }

  async function openInTurns(): Promise<void> {
    while (all.length < count) {
      const index = all.length;
      const user = typeof users === 'number' ? {} : { user: users[index] ?? '' };
      const subscriber = new Subscriber({ port, dialect, ...user, onMessage: listen(index) });
      all.push(subscriber);
      await subscriber.opened;
    }
  }

  const subscribers = new Subscribers(all, acks);
  const opening = await Promise.allSettled(Array.from({ length: Math.min(atATime, count) }, openInTurns));
  const failed = opening.find((turn) => turn.status === 'rejected');
  if (failed === undefined) return subscribers;
  subscribers.end();
  throw failed.reason;
}
