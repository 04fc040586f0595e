import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished } from 'vitest';
import { startFeedServer } from '../../src/feed-server/feed-server.ts';
import { readSettings } from '../../src/feed-server/settings/read-settings.ts';
import type { Log } from '../../src/runtime/shared/log.ts';

export const jwtSecret = 'a secret for tests, 32 bytes or more';

/** A new folder, removed after the test. */
export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'posted-test-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Starts a server on a free port with its own store, and closes it after the test. */
export async function startFeed(env: Readonly<Record<string, string>> = {}) {
  const feed = await openFeed(await makeDataDir(), env);
  // Every step of the shutdown succeeds.
  onTestFinished(async () => expect(await feed.server.close()).toBe(0));
  return feed;
}

/** Starts one server for all tests of a suite, which must not disturb each other. */
export function shareFeed(env: Readonly<Record<string, string>> = {}) {
  let feed: Awaited<ReturnType<typeof openFeed>>;
  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'posted-test-'));
    feed = await openFeed(dataDir, env);
    return async () => {
      expect(await feed.server.close()).toBe(0);
      await rm(dataDir, { recursive: true, force: true });
    };
  });
  return () => feed;
}

async function openFeed(dataDir: string, env: Readonly<Record<string, string>>) {
  const settings = readSettings({
    env: { PORT: '0', DATA_DIR: dataDir, JWT_SECRET: jwtSecret, ...env },
  });
  const logged: (readonly [level: string, fields: Readonly<Record<string, unknown>>, message: string])[] = [];
  const record =
    (level: keyof Log) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void logged.push([level, fields, message]);
  const log: Log = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
  const server = await startFeedServer(settings, log);
  return { server, url: server.url, socketUrl: server.url.replace(/^http/, 'ws'), logged, dataDir };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends a REST request. The response's body is JSON or empty. */
export async function request(
  url: string,
  method: string,
  path: string,
  {
    token,
    body,
    headers = {},
    signal,
  }: { token?: string; body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

export interface TestUser {
  readonly id: string;
  readonly token: string;
  post(text: string, headers?: Record<string, string>): Promise<Answer>;
  befriend(friend: { readonly id: string }): Promise<Answer>;
  unfriend(friend: { readonly id: string }): Promise<Answer>;
  like(postId: unknown): Promise<Answer>;
  unlike(postId: unknown): Promise<Answer>;
  comment(postId: unknown, text: string, headers?: Record<string, string>): Promise<Answer>;
  deleteComment(commentId: unknown): Promise<Answer>;
  updatePost(postId: unknown, text: string): Promise<Answer>;
  deletePost(postId: unknown): Promise<Answer>;
  /** The same user on another server. */
  at(url: string): TestUser;
}

const password = 'correct horse battery staple';

/** Registers a user and logs in, as a client would. */
export async function registerUser(url: string, name = 'Ada'): Promise<TestUser> {
  const registered = await request(url, 'POST', '/user/register', {
    body: { first_name: name, second_name: 'Lovelace', password },
  });
  const { user_id: id } = registered.body as { readonly user_id: string };
  const loggedIn = await request(url, 'POST', '/login', { body: { id, password } });
  const { token } = loggedIn.body as { readonly token: string };
  return userAt(url, id, token);
}

function userAt(url: string, id: string, token: string): TestUser {
  return {
    id,
    token,
    post: (text, headers = {}) => request(url, 'POST', '/post/create', { token, body: { text }, headers }),
    befriend: (friend) => request(url, 'PUT', `/friend/set/${friend.id}`, { token }),
    unfriend: (friend) => request(url, 'PUT', `/friend/delete/${friend.id}`, { token }),
    like: (postId) => request(url, 'PUT', `/post/like/${String(postId)}`, { token }),
    unlike: (postId) => request(url, 'PUT', `/post/unlike/${String(postId)}`, { token }),
    comment: (post_id, text, headers = {}) =>
      request(url, 'POST', '/comment/create', { token, body: { post_id, text }, headers }),
    deleteComment: (commentId) => request(url, 'PUT', `/comment/delete/${String(commentId)}`, { token }),
    updatePost: (postId, text) => request(url, 'PUT', '/post/update', { token, body: { id: postId, text } }),
    deletePost: (postId) => request(url, 'PUT', `/post/delete/${String(postId)}`, { token }),
    at: (other) => userAt(other, id, token),
  };
}
