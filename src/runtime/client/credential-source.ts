import type { BasicCredentials } from '../shared/credentials.ts';
import type { ChannelDescriptor, SecurityScheme } from '../shared/descriptor.ts';
import { invalidOptions, PostedClientError } from './client-error.ts';
import { type PlacedCredential, placeCredential, placeOf } from './credential.ts';
import { ownMember } from './own-member.ts';
import type { Platform } from './socket.ts';
import { within } from './wait.ts';

type Value = string | BasicCredentials;
type Credential = Value | (() => Value | Promise<Value>);

/** By name of the security scheme. */
export type Credentials = Readonly<Record<string, Credential | undefined>>;

/** A credential, and the scheme that it is of. */
interface Given {
  readonly scheme: SecurityScheme;
  readonly credential: Credential;
}

/** Where the credentials of every attempt come from, and what is known of the last. */
export class CredentialSource {
  readonly #given: readonly Given[];
  #placed: readonly PlacedCredential[] = [];
  #refused = '';
  #refusalsInARow = 0;

  private constructor(given: readonly Given[]) {
    this.#given = given;
  }

  /**
   * Takes the first scheme of the channel for which there is a credential, and all that its operations
   * ask for besides. Null: there is nothing to send.
   *
   * @throws PostedClientError `invalid_options`
   */
  static of(
    channel: ChannelDescriptor,
    credentials: Credentials | undefined,
    { setsHeaders }: Pick<Platform, 'setsHeaders'>,
  ): CredentialSource | null {
    const { security, operations } = channel;
    const own = withCredentials(security, credentials).slice(0, 1);
    const isElsewhere = !setsHeaders && security.some(({ in: place }) => place === 'cookie');
    if (security.length > 0 && own.length === 0 && !isElsewhere) {
      throw invalidOptions(`credentials: ${security.map(({ name }) => name).join(' or ')} is missing.`);
    }
    const ofOperations = withCredentials(
      operations.flatMap((operation) => operation.security),
      credentials,
    );
    const given = [...new Map([...own, ...ofOperations].map((one) => [one.scheme.name, one])).values()];
    for (const one of given) check(one, setsHeaders);
    checkPlaces(given);
    return given.length === 0 ? null : new CredentialSource(given);
  }

  /**
   * The credentials of the next attempt. The error, which is returned, is `credentials` where there are
   * none, or not in time, and `unauthorized` where they are what the server has refused.
   */
  async next(limitMs: number, signal: AbortSignal): Promise<readonly PlacedCredential[] | PostedClientError> {
    let values: readonly unknown[];
    try {
      const asked = this.#given.map(({ credential }) => ask(credential));
      values = await within(Promise.all(asked), limitMs, signal);
    } catch (cause) {
      if (cause instanceof PostedClientError && cause.code === 'unauthorized') return cause;
      return new PostedClientError('credentials', 'A function that gives credentials failed.', { cause });
    }
    const placed: PlacedCredential[] = [];
    for (const [index, { scheme }] of this.#given.entries()) {
      const credential = placeCredential(scheme, values[index]);
      if (credential === null) {
        return new PostedClientError('credentials', `A function gave something else: ${mistake(scheme)}.`);
      }
      placed.push(credential);
    }
    if (JSON.stringify(placed) === this.#refused) {
      return new PostedClientError(
        'unauthorized',
        'The server refused the credentials, and `credentials` gave the same ones again.',
      );
    }
    this.#placed = placed;
    return placed;
  }

  /** The server took the credentials. */
  accepted(): void {
    this.#refusalsInARow = 0;
  }

  /** The server refused the credentials, or they have expired. Returns whether others may help: not twice in a row. */
  refused(): boolean {
    this.#refused = JSON.stringify(this.#placed);
    this.#refusalsInARow += 1;
    return (
      this.#given.some(({ credential }) => typeof credential === 'function') && this.#refusalsInARow === 1
    );
  }

  /** Text of others, made fit to be shown: it may repeat what was sent. */
  withoutSecrets(text: string): string {
    const secrets = this.#placed.flatMap((placed) => placed.secrets).toSorted((a, b) => b.length - a.length);
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, '[credential]'), text);
  }
}

function withCredentials(
  schemes: readonly SecurityScheme[],
  credentials: Credentials | undefined,
): readonly Given[] {
  return schemes.flatMap((scheme) => {
    const credential = ownMember(credentials, scheme.name);
    return credential === undefined ? [] : [{ scheme, credential }];
  });
}

async function ask(credential: Credential): Promise<Value> {
  return typeof credential === 'function' ? await credential() : credential;
}

function check({ scheme, credential }: Given, setsHeaders: boolean): void {
  if (scheme.in === 'cookie' && !setsHeaders) {
    throw invalidOptions(`credentials: a browser sends its own cookies; ${scheme.name} cannot be set here.`);
  }
  if (typeof credential === 'function' || placeCredential(scheme, credential) !== null) return;
  throw invalidOptions(`credentials: ${mistake(scheme)}.`);
}

const nouns = {
  bearer: 'bearer token (RFC 6750 section 2.1)',
  basic: "user's name and password (RFC 7617 section 2)",
  apiKey: 'key that can stand where the contract has it stand',
};

function mistake({ name, credentials }: SecurityScheme): string {
  return `${name} is no ${nouns[credentials]}`;
}

function checkPlaces(given: readonly Given[]): void {
  const taken = new Map<string, string>();
  for (const { scheme } of given) {
    const other = taken.get(placeOf(scheme));
    if (other !== undefined) {
      throw invalidOptions(
        `credentials: ${other} and ${scheme.name} take each other's place. Give one of them.`,
      );
    }
    taken.set(placeOf(scheme), scheme.name);
  }
}
