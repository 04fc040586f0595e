import { PostedClientError } from 'posted/client';
import { operations } from '../../../generated/openapi/operations.ts';
import { isError, isLoginResponse } from '../../../generated/openapi/validators.ts';
import type { LoginCredentials } from './client-arguments.ts';

const timeoutMs = 15_000;
const maxBodyBytes = 65_536;

/**
 * Logs in at the REST interface of the same server and gives the token.
 *
 * @throws PostedClientError `unauthorized` where the server refuses; another error where it may not do so later
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
      // Whoever is pointed to must not get the password.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await readText(response);
  } catch (cause) {
    throw new Error(`There was no answer to the login: ${reasonOf(cause)}.`, { cause });
  }
  const body = parse(text);
  if (response.status === 200 && isLoginResponse(body)) return body.token;
  const said = isError(body) ? body.message : 'the answer is none of the contract';
  const message = `The login failed with HTTP ${response.status}: ${said}`;
  // A server that is busy, or asks for patience, has not refused.
  if (response.status >= 500 || response.status === 429) throw new Error(message);
  throw new PostedClientError('unauthorized', message, { status: response.status });
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('the answer is too long');
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

/** What `fetch` rejects with says little; its cause says it. */
function reasonOf(thrown: unknown): string {
  let reason = thrown;
  if (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason instanceof AggregateError) [reason] = reason.errors;
  return reason instanceof Error ? reason.message : String(reason);
}
