import { parseArgs } from 'node:util';
import { postFeedPosted } from '../../../generated/asyncapi/client.ts';
import type { Audience, PostFeedQuery } from '../../../generated/asyncapi/models.ts';

/** What the command line and the environment ask of the test client. */
export interface ClientArguments {
  /** Without the path of the channel. */
  readonly server: URL;
  /** A token, or what POST /login gives one for. */
  readonly credentials: { readonly token: string } | LoginCredentials;
  /** Of the connection's URL. */
  readonly query: PostFeedQuery;
  /** Whether a new connection goes on where the last one was lost. */
  readonly resume: boolean;
  /** The file that keeps the cursor. */
  readonly cursorFile: string | undefined;
  readonly json: boolean;
  readonly reconnect: boolean;
}

export interface LoginCredentials {
  readonly id: string;
  readonly password: string;
}

/** The command line cannot be followed; the message says why, without what may be secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Prints each new post as it comes.

  npm run client -- <server url> [token] [options]
  npm run client -- <server url> --id <user id> [options]

  <server url>      ws, wss, http or https, with or without ${postFeedPosted.address}
  [token]           the token that POST /login answers with

Options
  --id <user id>          log in at the same server, before each connection, instead of a token
  --password <password>   the password for --id
  --audience <audience>   everyone: every post; friends: those of your friends alone
                          (default: as the server decides)
  --since <place>         where to begin: now, acked (after what --device has acknowledged), or a
                          cursor (default: now)
  --device <name>         a name for this client, under which the server keeps what it acknowledges
  --cursor <file>         keep the cursor in a file, and begin there the next time
  --plain                 a plain connection: posts have no cursor, and those that are created while
                          it is lost are missing. Without it, a new connection goes on where the
                          last one was lost
  --json                  print each message as one line of JSON
  --no-reconnect          end when the connection ends, or cannot be opened
  --help                  print this

Environment
  POSTED_TOKEN            the token, if none is given
  POSTED_PASSWORD         the password for --id, if none is given
  What stands on a command line is seen by everyone on the machine and kept by the shell:
  the environment is the better place for a token and a password.

Messages go to standard output, what becomes of the connection to standard error.

Exit codes
  0  ended by Ctrl-C or SIGTERM, by the reader of the output, or by the server in order
  1  refused, or failed for good
  2  the command line is wrong

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
  since: { type: 'string' },
  device: { type: 'string' },
  cursor: { type: 'string' },
  plain: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  reconnect: { type: 'boolean', default: true },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Null: help is asked for.
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
  if (more.length > 0)
    throw new UsageError('There are more than two arguments: a URL and a token are enough.');
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
    throw new UsageError('The server is no URL with ws, wss, http or https: ws://localhost:8080 is one.');
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new UsageError(
      'The URL of the server has a user, a query or a fragment. See --help for the options.',
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
    if (given.password !== undefined) throw new UsageError('--password goes with --id.');
    const token = given.token ?? env.POSTED_TOKEN ?? '';
    if (token === '')
      throw new UsageError('A token is missing: give one, or set POSTED_TOKEN, or log in with --id.');
    return { token };
  }
  if (given.token !== undefined) throw new UsageError('There is a token and --id: one of them is enough.');
  const password = given.password ?? env.POSTED_PASSWORD ?? '';
  if (password === '')
    throw new UsageError('The password is missing: set POSTED_PASSWORD, or give --password.');
  return { id: given.id, password };
}

function readQuery(given: {
  readonly audience?: string;
  readonly since?: string;
  readonly device?: string;
  readonly cursor?: string;
  readonly plain: boolean;
}): PostFeedQuery {
  const { since, device } = given;
  if (given.plain && (since ?? device ?? given.cursor) !== undefined) {
    throw new UsageError(
      'A plain connection has no place: --plain goes without --since, --device and --cursor.',
    );
  }
  const audience = readAudience(given.audience);
  return {
    ...(audience === undefined ? {} : { audience }),
    ...(since === undefined ? {} : { since }),
    ...(device === undefined ? {} : { device }),
  };
}

function readAudience(text: string | undefined): Audience | undefined {
  if (text === undefined || text === 'everyone' || text === 'friends') return text;
  throw new UsageError('--audience is neither everyone nor friends.');
}
