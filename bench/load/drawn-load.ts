import type { Dialect } from '../peers/peer.ts';
import { type Draw, DrawnPosts } from './drawn-posts.ts';
import type { FollowGraph, FollowGraphOptions } from './follow-graph.ts';
import { postInTurns } from './post-in-turns.ts';
import { Publisher } from './publisher.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';
import { openSubscribers } from './subscribers.ts';

export interface DrawnLoadOptions {
  readonly graph: FollowGraphOptions;
  readonly audience: 'everyone' | 'friends';
  readonly drawFrom: (graph: FollowGraph) => () => Draw;
  readonly inFlight: number;
  /** Call it when the reader with this index has received a post. */
  onPost?(reader: number, post: number): void;
}

/** A server with all readers of a follow graph connected, and the posts of its authors. */
export interface DrawnLoad {
  readonly server: SeededServer;
  readonly posts: DrawnPosts;
  /** Creates posts until `isOver`, for at most `maxMs`. */
  readonly post: (maxMs: number, isOver?: () => boolean) => Promise<void>;
  /** The faults so far; empty if each reader received each of its posts exactly once, and no others. */
  faults(): readonly string[];
  /** Also stops the server. */
  end(): Promise<void>;
}

export async function openDrawnLoad(options: DrawnLoadOptions): Promise<DrawnLoad> {
  const server = await startSeededServer(options.graph);
  try {
    return await connectAll(server, options);
  } catch (thrown) {
    await server.stop();
    throw thrown;
  }
}

async function connectAll(server: SeededServer, options: DrawnLoadOptions): Promise<DrawnLoad> {
  const { audience, drawFrom, inFlight } = options;
  const { port, graph, users } = server;
  const posts = new DrawnPosts(users.length, drawFrom(graph));
  const dialect: Dialect = {
    upgrade: server.upgrade(audience),
    greetings: [],
    welcomes: 0,
    post: (text) => posts.request(text),
  };
  const subscribers = await openSubscribers({
    port,
    dialect,
    users,
    onPost(reader, post) {
      posts.arrive(reader, post);
      options.onPost?.(reader, post);
    },
  });
  const publisher = await Publisher.open(port, inFlight);
  return {
    server,
    posts,
    post: (maxMs, isOver = () => false) =>
      postInTurns({ publisher, dialect, posts, inFlight, maxMs, isOver }),
    faults: () => [...posts.faults(), ...subscribers.faults()],
    async end() {
      publisher.end();
      subscribers.end();
      await server.stop();
    },
  };
}
