import { parseArgs } from 'node:util';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { Audience, PostFeedPostedQuery } from '../../../generated/asyncapi/models.ts';

/** The options of the test client, from the command line and the environment. */
export interface ClientArguments {
  /** Without the channel's address. */
  readonly server: URL;
  /** A token, or the credentials for POST /login. */
  readonly credentials: { readonly token: string } | LoginCredentials;
  /** The query parameters of the connection. */
  readonly query: PostFeedPostedQuery;
  /** Whether a new connection resumes from the cursor of the last one. */
  readonly resume: boolean;
  /** The file that stores the cursor. */
  readonly cursorFile: string | undefined;
  readonly json: boolean;
  readonly reconnect: boolean;
}

export interface LoginCredentials {
  readonly id: string;
  readonly password: string;
}

/** The command line is invalid. The message says why, without secrets. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Prints new posts, and other messages of the feed, as they arrive.

  npm run client -- <server url> [token] [options]
  npm run client -- <server url> --id <user id> [options]

  <server url>      ws, wss, http or https, with or without ${postFeedPosted.address}
  [token]           the token returned by POST /login

Options
  --id <user id>          log in to the same server before each connection, instead of using a token
  --password <password>   the password for --id
  --audience <audience>   everyone: all posts; friends: only posts of your friends
                          (default: the server decides)
  --events <list>         what to receive, separated by commas: posts, changes, likes, comments
                          (default: posts)
  --since <cursor>        where to start: now, acked (after the last ack of --device), or a cursor
                          (default: now)
  --device <name>         a name for this client, under which the server stores its acks
  --cursor <file>         store the cursor in this file, and resume from it the next time
  --plain                 do not resume: posts have no cursor, and posts created while the
                          connection is down are missed
  --json                  print each message as one line of JSON
  --no-reconnect          exit when the connection ends or cannot be opened
  --help                  print this help

Environment
  POSTED_TOKEN            the token, if the command line has none
  POSTED_PASSWORD         the password for --id, if the command line has none
  Everyone on the machine can see the command line, and the shell keeps it in its history:
  set tokens and passwords in the environment instead.

Messages are printed to standard output, the state of the connection to standard error.

Exit codes
  0  ended by Ctrl-C or SIGTERM, by the reader of the output, or normally by the server
  1  refused, or failed permanently
  2  invalid command line

Examples
  npm run client -- ws://localhost:8080 "$TOKEN"
  read -rs POSTED_PASSWORD; export POSTED_PASSWORD
  npm run client -- ws://localhost:8080 --id 7b1f0f54-65a7-4c1e-9a36-0c5c1f3f8a11
  npm run --silent client -- wss://example.org "$TOKEN" --audience friends --json
  npm run client -- ws://localhost:8080 "$TOKEN" --since acked --device kitchen
`;

const options = {
  id: { type: 'string' },
  password: { type: 'string' },
  audience: { type: 'string' },
  events: { type: 'string' },
  since: { type: 'string' },
  device: { type: 'string' },
  cursor: { type: 'string' },
  plain: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  reconnect: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Returns null for --help.
 *
 * @throws UsageError
 */
export function readArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ClientArguments | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [server, token, ...more] = positionals;
  if (server === undefined) throw new UsageError('The URL of the server is missing.');
  if (more.length > 0) throw new UsageError('Too many arguments: expected a URL and a token.');
  return {
    server: readServer(server),
    credentials: readCredentials({ ...values, token }, env),
    query: readQuery(values),
    resume: !values.plain,
    cursorFile: values.cursor,
    json: values.json,
    reconnect: values.reconnect,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function readServer(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^(ws|http)s?:$/.test(url.protocol)) {
    throw new UsageError(
      'The URL of the server must start with ws, wss, http or https, like ws://localhost:8080.',
    );
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new UsageError(
      'The URL of the server must not have a user, a query or a fragment: use the options instead.',
    );
  }
  const path = url.pathname.replace(/\/$/, '');
  const { address } = postFeedPosted;
  url.pathname = path.endsWith(address) ? path.slice(0, -address.length) : path;
  return url;
}

function readCredentials(
  given: { readonly id?: string; readonly password?: string; readonly token: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): ClientArguments['credentials'] {
  if (given.id === undefined) {
    if (given.password !== undefined) throw new UsageError('--password requires --id.');
    const token = given.token ?? env.POSTED_TOKEN ?? '';
    if (token === '')
      throw new UsageError('The token is missing: pass one, set POSTED_TOKEN, or log in with --id.');
    return { token };
  }
  if (given.token !== undefined) throw new UsageError('Use either a token or --id, not both.');
  const password = given.password ?? env.POSTED_PASSWORD ?? '';
  if (password === '')
    throw new UsageError('The password is missing: set POSTED_PASSWORD, or use --password.');
  return { id: given.id, password };
}

function readQuery(given: {
  readonly audience?: string;
  readonly events?: string;
  readonly since?: string;
  readonly device?: string;
  readonly cursor?: string;
  readonly plain: boolean;
}): PostFeedPostedQuery {
  const { events, since, device } = given;
  if (given.plain && (since ?? device ?? given.cursor) !== undefined) {
    throw new UsageError(
      'A plain connection has no cursor: --plain excludes --since, --device and --cursor.',
    );
  }
  const audience = readAudience(given.audience);
  return {
    ...(audience === undefined ? {} : { audience }),
    ...(events === undefined ? {} : { events }),
    ...(since === undefined ? {} : { since }),
    ...(device === undefined ? {} : { device }),
  };
}

function readAudience(text: string | undefined): Audience | undefined {
  if (text === undefined || text === 'everyone' || text === 'friends') return text;
  throw new UsageError('--audience must be everyone or friends.');
}
