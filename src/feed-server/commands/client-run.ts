import type { Writable } from 'node:stream';
import { type ClientStatus, connect, fileCursor, PostedClientError } from 'posted/client';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { ResetReason } from '../../../generated/asyncapi/models.ts';
import { type ClientArguments, help, readArguments, UsageError } from './client-arguments.ts';
import { logIn } from './client-login.ts';
import { escapeControls, formatPost, print } from './client-print.ts';

interface ClientProcess {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborting it ends the client in order. */
  readonly signal: AbortSignal;
}

/** Runs the test client to its end and resolves with the exit code. */
export async function runClient({ args, env, stdout, stderr, signal }: ClientProcess): Promise<number> {
  const say = (text: string): void => void stderr.write(`${escapeControls(text)}\n`);
  // A reader that went away is met where the output is written.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  try {
    const asked = readArguments(args, env);
    if (asked === null) {
      await print(stdout, help, signal);
      return 0;
    }
    return await follow(asked, { stdout, say, signal });
  } catch (thrown) {
    if (isReaderGone(thrown)) return 0;
    if (!isUsageError(thrown)) throw thrown;
    say(`${thrown.message} See --help.`);
    return 2;
  }
}

interface Surroundings {
  readonly stdout: Writable;
  readonly signal: AbortSignal;
  /** Tells the person something that is no message. */
  readonly say: (text: string) => void;
}

async function follow(asked: ClientArguments, { stdout, say, signal }: Surroundings): Promise<number> {
  const { server, credentials, query, resume, cursorFile, json, reconnect } = asked;
  await using client = connect(postFeedPosted, {
    url: server,
    credentials: {
      bearerAuth: 'token' in credentials ? credentials.token : () => logIn(server, credentials),
    },
    query,
    resume,
    ...(cursorFile === undefined ? {} : { cursors: fileCursor(cursorFile) }),
    ...(reconnect ? {} : { reconnect: false }),
    signal,
    onStatus(status) {
      const text = describeStatus(status, server);
      if (text !== null) say(text);
    },
    onReset: ({ reason }) => say(describeReset[reason]),
    onError: (error) => say(describeError(error)),
  });
  try {
    for await (const message of client) {
      const line = json ? `${JSON.stringify(message)}\n` : formatPost(message, new Date());
      await print(stdout, line, signal);
    }
    return 0;
  } catch (thrown) {
    // `onError` has told of it.
    if (thrown instanceof PostedClientError) return 1;
    throw thrown;
  }
}

function describeStatus(status: ClientStatus, server: URL): string | null {
  switch (status.state) {
    case 'open':
      return `connected to ${server.host}`;
    case 'waiting':
      return `${describeError(status.error)} Attempt ${status.attempt} follows in ${(status.delayMs / 1000).toFixed(1)} s.`;
    default:
      return null;
  }
}

/** What the login said is the cause of there being no token. */
function describeError(error: PostedClientError): string {
  return error.code === 'credentials' && error.cause instanceof Error ? error.cause.message : error.message;
}

const describeReset: Readonly<Record<ResetReason, string>> = {
  expired: 'Posts are missing: the place to begin is older than what the server keeps.',
  epoch: 'Posts may be missing: the place to begin is of another history of the log.',
  future: 'Posts may be missing: the place to begin is ahead of the log.',
};

function isUsageError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof UsageError || (thrown instanceof PostedClientError && thrown.code === 'invalid_options')
  );
}

function isReaderGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
}
