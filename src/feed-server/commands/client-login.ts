import { PostedClientError } from 'posted/client';
import { isErrorOf, RestError, restClient } from 'posted/rest-client';
import { api } from '../../../generated/openapi/client.ts';
import { isLoginResponse } from '../../../generated/openapi/validators.ts';
import type { LoginCredentials } from './client-arguments.ts';

/**
 * Logs in with POST /login of the same server and resolves with the token.
 *
 * @throws PostedClientError `unauthorized` if the server refuses the login; another Error if a retry may succeed
 */
export async function logIn(server: URL, credentials: LoginCredentials): Promise<string> {
  // The client of the channel calls this again with its own back-off.
  const { login } = restClient(api, { url: server, retry: false, maxResponseBytes: 65_536 });
  try {
    const response = await login({ body: credentials });
    if (isLoginResponse(response)) return response.token;
    throw new PostedClientError('unauthorized', describe(200), { status: 200 });
  } catch (thrown) {
    if (!(thrown instanceof RestError)) throw thrown;
    const { status } = thrown;
    if (status === undefined) {
      const reason = thrown.message.replace(/^login: (?:no answer: )?/, '');
      throw new Error(`The login got no response: ${reason}`, { cause: thrown });
    }
    const message = describe(status, isErrorOf(login, thrown) ? thrown.body.message : undefined);
    // An overloaded or rate-limiting server has not refused the login.
    if (status >= 500 || status === 429) throw new Error(message, { cause: thrown });
    throw new PostedClientError('unauthorized', message, { status, cause: thrown });
  }
}

function describe(status: number, reason = 'the response breaks the contract'): string {
  return `The login failed with HTTP ${status}: ${reason}`;
}
