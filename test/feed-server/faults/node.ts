import { type Answer, jwtSecret, makeDataDir, request, type TestUser } from '../../support/feed-server.ts';
import { type ServerProcess, spawnServer } from '../../support/server-process.ts';
import { bearer, connectClient, type TestClient } from '../../support/websocket.ts';
import { channel } from '../resumable-client.ts';

/** A feed server in its own process. */
export interface Node extends ServerProcess {
  /** The status of GET /readyz. */
  readonly readyz: () => Promise<number>;
  subscribe(user: TestUser, query: string): Promise<Subscriber>;
}

/** A client that records what it receives, and whether it was closed. */
export interface Subscriber extends TestClient {
  readonly frames: () => readonly Frame[];
  /** Those of the posts, in order. */
  readonly texts: () => readonly string[];
  /** The newest one. */
  readonly cursor: () => string;
}

export interface Frame {
  readonly type: string;
  readonly cursor?: string;
  readonly resumed?: boolean;
  readonly reason?: string;
  readonly payload?: { readonly postId: string; readonly postText: string };
}

/** Starts a node with its own data folder. Nodes share the key of their tokens. `project` is that of another version. */
export async function startNode(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  project?: string,
): Promise<Node> {
  const node = await spawnServer(
    { DATA_DIR: await makeDataDir(), JWT_SECRET: jwtSecret, ...env },
    args,
    project === undefined ? {} : { project },
  );
  return {
    ...node,
    readyz: async () => (await request(node.url, 'GET', '/readyz')).status,
    subscribe: (user, query) => subscribe(node.url, user, query),
  };
}

export function getPost(url: string, id: unknown): Promise<Answer> {
  return request(url, 'GET', `/post/get/${String(id)}`);
}

/** Resolves with the status of GET /post/get/{id} for each of them. */
export async function statusesOf(url: string, postIds: readonly unknown[]): Promise<readonly number[]> {
  const answers = await Promise.all(postIds.map((id) => getPost(url, id)));
  return answers.map(({ status }) => status);
}

async function subscribe(url: string, { token }: TestUser, query: string): Promise<Subscriber> {
  const client = await connectClient(`${url.replace(/^http/, 'ws')}${channel}?${query}`, bearer(token));
  const frames = (): readonly Frame[] => client.received.map((text) => JSON.parse(text));
  return {
    ...client,
    frames,
    texts: () => frames().flatMap(({ payload }) => payload?.postText ?? []),
    cursor: () =>
      frames()
        .flatMap(({ cursor }) => cursor ?? [])
        .at(-1) ?? '',
  };
}
