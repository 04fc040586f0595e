import type { ChannelDescriptor } from '../contract/descriptor.ts';
import { PostedClientError } from './client-error.ts';
import { within } from './wait.ts';

type Credential = string | (() => string | Promise<string>);

/** By name of the security scheme. */
export type Credentials = Readonly<Record<string, Credential | undefined>>;

/** What is sent in a header as a bearer token (RFC 6750 section 2.1); anything else is a mistake. */
const bearerToken = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Where the token of every attempt comes from, and what is known of the last. */
export class TokenSource {
  readonly #credential: Credential;
  #token = '';
  #refusedToken = '';
  #refusalsInARow = 0;

  private constructor(credential: Credential) {
    this.#credential = credential;
  }

  /**
   * Takes the first scheme of the channel for which there is a credential. Null: the channel is open
   * to everyone.
   *
   * @throws PostedClientError `invalid_options`
   */
  static of(channel: ChannelDescriptor, credentials: Credentials = {}): TokenSource | null {
    if (channel.security.length === 0) return null;
    const names = channel.security.map(({ name }) => name);
    const credential = names.map((name) => credentials[name]).find((candidate) => candidate !== undefined);
    if (credential === undefined) {
      throw new PostedClientError('invalid_options', `credentials: ${names.join(' or ')} is missing.`);
    }
    if (typeof credential === 'string' && !bearerToken.test(credential)) {
      throw new PostedClientError('invalid_options', 'credentials: the text is no bearer token (RFC 6750).');
    }
    return new TokenSource(credential);
  }

  /**
   * The token of the next attempt. The error, which is returned, is `credentials` where there is none,
   * or none in time, and `unauthorized` where it is one that the server has refused.
   */
  async next(limitMs: number, signal: AbortSignal): Promise<string | PostedClientError> {
    let token: unknown = this.#credential;
    try {
      if (typeof this.#credential === 'function') {
        token = await within(Promise.try(this.#credential), limitMs, signal);
      }
    } catch (cause) {
      if (cause instanceof PostedClientError && cause.code === 'unauthorized') return cause;
      return new PostedClientError('credentials', 'The function that gives the token failed.', { cause });
    }
    if (typeof token !== 'string' || !bearerToken.test(token)) {
      return new PostedClientError(
        'credentials',
        'The function that gives the token gave something else (RFC 6750 section 2.1).',
      );
    }
    if (token === this.#refusedToken) {
      return new PostedClientError(
        'unauthorized',
        'The server refused the token, and `credentials` gave the same one again.',
      );
    }
    this.#token = token;
    return token;
  }

  /** The server took the token. */
  accepted(): void {
    this.#refusalsInARow = 0;
  }

  /** The server refused the token, or it has expired. Returns whether another one may help: not twice in a row. */
  refused(): boolean {
    this.#refusedToken = this.#token;
    this.#refusalsInARow += 1;
    return typeof this.#credential === 'function' && this.#refusalsInARow === 1;
  }

  /** Server text, made fit to be shown: it may repeat the token. */
  withoutToken(text: string): string {
    return this.#token === '' ? text : text.replaceAll(this.#token, '[token]');
  }
}
