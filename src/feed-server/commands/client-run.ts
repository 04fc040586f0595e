import type { Writable } from 'node:stream';
import { type ClientBase, type ClientStatus, connect, fileCursor, PostedClientError } from 'posted/client';
import type { PostFeedPostedClient } from '../../../generated/asyncapi/client.ts';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { ResetReason } from '../../../generated/asyncapi/models.ts';
import { type ClientArguments, help, readArguments, UsageError } from './client-arguments.ts';
import { logIn } from './client-login.ts';

interface ClientProcess {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Ends the client normally when aborted. */
  readonly signal: AbortSignal;
}

/** Runs the test client to its end and resolves with the exit code. */
export async function runClient({ args, env, stdout, stderr, signal }: ClientProcess): Promise<number> {
  const report = (text: string): void => void stderr.write(`${escapeControls(text)}\n`);
  // A closed output is handled where it is written.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  try {
    const options = readArguments(args, env);
    if (options === null) {
      await print(stdout, help, signal);
      return 0;
    }
    return await follow(options, { stdout, report, signal });
  } catch (thrown) {
    if (isClosedPipe(thrown)) return 0;
    if (!isUsageError(thrown)) throw thrown;
    report(`${thrown.message} See --help.`);
    return 2;
  }
}

interface Output {
  readonly stdout: Writable;
  readonly signal: AbortSignal;
  /** Prints a line about the connection, which is not a message. */
  readonly report: (text: string) => void;
}

async function follow(options: ClientArguments, { stdout, report, signal }: Output): Promise<number> {
  const { server, credentials, query, resume, cursorFile, json, reconnect } = options;
  await using client = connect(postFeedPosted, {
    url: server,
    auth: 'token' in credentials ? credentials.token : () => logIn(server, credentials),
    query,
    resume,
    ...(cursorFile === undefined ? {} : { cursor: fileCursor(cursorFile) }),
    ...(reconnect ? {} : { reconnect: false }),
    signal,
    onReset: ({ reason }) => report(describeReset[reason]),
    onError: (error) => report(describeError(error)),
  });
  client.status.subscribe((status) => {
    const text = describeStatus(status, server);
    if (text !== null) report(text);
  });
  try {
    for await (const message of client.messages()) {
      const line = json ? `${JSON.stringify(message)}\n` : formatMessage(message, new Date());
      await print(stdout, line, signal);
    }
    return 0;
  } catch (thrown) {
    // `onError` has reported it.
    if (thrown instanceof PostedClientError) return 1;
    throw thrown;
  }
}

function describeStatus(status: ClientStatus, server: URL): string | null {
  switch (status.state) {
    case 'open':
      return `connected to ${server.host}`;
    case 'waiting':
      return `${describeError(status.error)} Attempt ${status.attempt} in ${(status.delayMs / 1000).toFixed(1)} s.`;
    default:
      return null;
  }
}

/** For a failed login, the cause is the error of the login. */
function describeError(error: PostedClientError): string {
  return error.code === 'credentials' && error.cause instanceof Error ? error.cause.message : error.message;
}

const describeReset: Readonly<Record<ResetReason, string>> = {
  expired: 'Posts were missed: the cursor has expired.',
  epoch: 'Posts may have been missed: the cursor belongs to an earlier history of the log.',
  future: 'Posts may have been missed: the cursor is ahead of the log.',
};

function isUsageError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof UsageError || (thrown instanceof PostedClientError && thrown.code === 'invalid_options')
  );
}

function isClosedPipe(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
}

type FeedMessage = PostFeedPostedClient extends ClientBase<infer Message> ? Message : never;

/** A line for people: time and type, then author and text, or what else the message has. */
function formatMessage({ type, payload }: FeedMessage, at: Date): string {
  const details =
    'postText' in payload ? [payload.author_user_id, payload.postText] : Object.values(payload).map(String);
  return `${at.toTimeString().slice(0, 8)} ${type} ${escapeControls(details.join(' '))}\n`;
}

/**
 * Makes visible what could control a terminal: control characters (escape sequences start with one), line
 * and paragraph separators, and characters that change the direction of text.
 */
function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return named ?? `\\u{${character.charCodeAt(0).toString(16).padStart(4, '0')}}`;
  });
}

/**
 * Resolves when the text has been written, so that a slow reader slows the client down, or once `signal` is
 * aborted. Rejects if the output is closed.
 */
function print(output: Writable, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    output.write(text, (error) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}
