import { PostedClientError } from 'posted/client';
import { operations } from '../../../generated/openapi/operations.ts';
import { isError, isLoginResponse } from '../../../generated/openapi/validators.ts';
import type { LoginCredentials } from './client-arguments.ts';

const timeoutMs = 15_000;
const maxBodyBytes = 65_536;

/**
 * Logs in with POST /login of the same server and resolves with the token.
 *
 * @throws PostedClientError `unauthorized` if the server refuses the login; another Error if a retry may succeed
 */
export async function logIn(server: URL, credentials: LoginCredentials): Promise<string> {
  const { method, path } = operations.login;
  const url = new URL(server);
  url.protocol = url.protocol.replace('ws', 'http');
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(credentials),
      // The target of a redirect must not receive the password.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await readText(response);
  } catch (cause) {
    throw new Error(`The login got no response: ${reasonOf(cause)}.`, { cause });
  }
  const body = parse(text);
  if (response.status === 200 && isLoginResponse(body)) return body.token;
  const reason = isError(body) ? body.message : 'the response breaks the contract';
  const message = `The login failed with HTTP ${response.status}: ${reason}`;
  // An overloaded or rate-limiting server has not refused the login.
  if (response.status >= 500 || response.status === 429) throw new Error(message);
  throw new PostedClientError('unauthorized', message, { status: response.status });
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The cause of a `fetch` error explains more than its message. */
function reasonOf(thrown: unknown): string {
  let reason = thrown;
  if (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason instanceof AggregateError) [reason] = reason.errors;
  return reason instanceof Error ? reason.message : String(reason);
}
