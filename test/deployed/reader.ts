import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { pythonPath } from '../python/python.ts';

/** One version of a client of the feed. */
export interface Release {
  readonly language: 'TypeScript' | 'Python';
  /** The module that exports its `connect` and channel, or the folder of its Python package. */
  readonly path: string;
}

export interface ReaderOptions {
  readonly url: string;
  readonly token: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Default: true. */
  readonly resume?: boolean;
  /** The file for the cursor. Default: in memory. */
  readonly cursors?: string;
  /** The number of messages after which the application ends. Default: unlimited. */
  readonly count?: number;
  /** Default: 10. */
  readonly backoffMs?: number;
}

/** One event of a client. */
export type ReaderEvent =
  | { readonly open: true }
  | { readonly message: FeedMessage }
  | { readonly reset: string }
  | { readonly waiting_ms: number }
  /** The code of a reported error. */
  | { readonly error: string };

export interface FeedMessage {
  readonly type: string;
  readonly payload: { readonly postId: string; readonly postText: string; readonly author_user_id: string };
  readonly cursor?: string;
}

/** An application that reads the feed with one version of a client. It is killed at the end of the test. */
export interface Reader {
  readonly events: readonly ReaderEvent[];
  /** Resolves when the application has ended. */
  readonly ended: Promise<void>;
}

/** The texts of the posts that the application received. */
export function textsOf({ events }: Reader): readonly string[] {
  return events.flatMap((event) => ('message' in event ? [event.message.payload.postText] : []));
}

/** The values of one kind of event. */
export function valuesOf({ events }: Reader, kind: 'open' | 'reset' | 'waiting_ms' | 'error'): unknown[] {
  return events.flatMap((event) =>
    Object.entries(event).flatMap(([key, value]) => (key === kind ? [value] : [])),
  );
}

export function startReader({ language, path }: Release, options: ReaderOptions): Promise<Reader> {
  const config = { query: {}, resume: true, cursors: null, count: null, backoffMs: 10, ...options };
  return language === 'TypeScript'
    ? readInTypeScript(path, config)
    : Promise.resolve(readInPython(path, config));
}

interface Config extends Required<Omit<ReaderOptions, 'cursors' | 'count'>> {
  readonly cursors: string | null;
  readonly count: number | null;
}

/** A status of a client, of any version. */
interface Status {
  readonly state: string;
  readonly delayMs: number;
}

/** A client of this commit, or of commit 222631d, which was iterated itself and had an option instead of `status`. */
type AnyClient = AsyncDisposable &
  (
    | {
        messages(): AsyncIterable<FeedMessage>;
        readonly status: { subscribe(listener: (status: Status) => void): void };
      }
    | AsyncIterable<FeedMessage>
  );

/** The part of a client's module that all versions share. */
interface ClientModule {
  connect(channel: unknown, options: object): AnyClient;
  fileCursor(path: string): object;
  readonly postFeedPosted: unknown;
}

async function readInTypeScript(path: string, config: Config): Promise<Reader> {
  const module: ClientModule = await import(pathToFileURL(path).href);
  const { url, token, query, resume, cursors, count, backoffMs } = config;
  const events: ReaderEvent[] = [];
  const onStatus = (status: Status) => {
    if (status.state === 'open') events.push({ open: true });
    if (status.state === 'waiting') events.push({ waiting_ms: status.delayMs });
  };
  const auth = { bearerAuth: token };
  const cursor = cursors === null ? undefined : module.fileCursor(cursors);
  const client = module.connect(module.postFeedPosted, {
    url,
    query,
    resume,
    auth,
    // The names of these options in commit 222631d.
    credentials: auth,
    onStatus,
    ...(cursor === undefined ? {} : { cursor, cursors: cursor }),
    reconnect: { baseMs: backoffMs, maxMs: backoffMs },
    onError: ({ code }: { readonly code: string }) => events.push({ error: code }),
    onReset: ({ reason }: { readonly reason: string }) => void events.push({ reset: reason }),
  });
  onTestFinished(() => client[Symbol.asyncDispose]());
  if ('status' in client) client.status.subscribe(onStatus);
  const read = async () => {
    let taken = 0;
    for await (const message of 'messages' in client ? client.messages() : client) {
      events.push({ message });
      taken += 1;
      if (taken === count) break;
    }
    await client[Symbol.asyncDispose]();
  };
  return { events, ended: read() };
}

function readInPython(path: string, { backoffMs, ...config }: Config): Reader {
  const child: ChildProcess = spawn(
    pythonPath(),
    [
      '-W',
      'error',
      join(import.meta.dirname, 'reader.py'),
      JSON.stringify({ ...config, backoff_ms: backoffMs }),
    ],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const events: ReaderEvent[] = [];
  if (child.stdout !== null)
    createInterface(child.stdout).on('line', (line) => events.push(JSON.parse(line)));
  return { events, ended: new Promise((resolve) => child.on('close', () => resolve())) };
}
