import type { BasicCredentials } from '../shared/credentials.ts';
import type { ChannelDescriptor, SecurityScheme } from '../shared/descriptor.ts';
import { redact } from '../shared/redact.ts';
import type { TokenRequest } from '../shared/token-source.ts';
import { invalidOptions, PostedClientError } from './client-error.ts';
import { ownValue } from './named-values.ts';
import { locationOf, type PlacedCredential, placeCredential } from './placed-credential.ts';
import type { Platform } from './platform.ts';
import { withTimeout } from './with-timeout.ts';

type Value = string | BasicCredentials;
type Credential = Value | ((request: TokenRequest) => Value | Promise<Value>);

type Credentials = Readonly<Record<string, Credential | undefined>>;

/** The option `auth`: the credential of the only security scheme, or credentials by name of the scheme. */
export type Auth = Credential | Credentials;

interface SchemeCredential {
  readonly scheme: SecurityScheme;
  readonly credential: Credential;
}

/** Provides the credentials of every attempt. */
export class CredentialSource {
  readonly #credentials: readonly SchemeCredential[];
  #placed: readonly PlacedCredential[] = [];
  #isRejected = false;

  private constructor(credentials: readonly SchemeCredential[]) {
    this.#credentials = credentials;
  }

  /**
   * Uses the channel's first scheme that has a credential, and all that its operations require in
   * addition. Null: there are no credentials to send.
   *
   * @throws PostedClientError `invalid_options`
   */
  static of(
    channel: ChannelDescriptor,
    auth: Auth | undefined,
    { setsHeaders }: Pick<Platform, 'setsHeaders'>,
  ): CredentialSource | null {
    const { security, operations } = channel;
    const credentials = byScheme(channel, auth);
    const forChannel = withCredentials(security, credentials).slice(0, 1);
    const sendsCookies = !setsHeaders && security.some((scheme) => scheme.in === 'cookie');
    if (security.length > 0 && forChannel.length === 0 && !sendsCookies) {
      throw invalidOptions(`\`auth\`: ${security.map(({ name }) => name).join(' or ')} is missing.`);
    }
    const forOperations = withCredentials(
      operations.flatMap((operation) => operation.security),
      credentials,
    );
    const used = [
      ...new Map([...forChannel, ...forOperations].map((entry) => [entry.scheme.name, entry])).values(),
    ];
    for (const entry of used) checkCredential(entry, setsHeaders);
    checkLocations(used);
    return used.length === 0 ? null : new CredentialSource(used);
  }

  /**
   * The credentials of the next attempt. If the latest ones are `stale`, because the server has rejected them or they
   * are about to expire, the functions get them. Returns the error `credentials` if a function fails or is too
   * slow, and the error `unauthorized` that it throws.
   */
  async next(
    timeoutMs: number,
    signal: AbortSignal,
    stale = this.#isRejected,
  ): Promise<readonly PlacedCredential[] | PostedClientError> {
    let values: readonly unknown[];
    try {
      const pending = this.#credentials.map(({ credential }, index) => {
        const [secret] = stale ? (this.#placed[index]?.secrets ?? []) : [];
        return resolveCredential(credential, secret === undefined ? {} : { stale: secret });
      });
      values = await withTimeout(Promise.all(pending), timeoutMs, signal);
    } catch (cause) {
      if (cause instanceof PostedClientError && cause.code === 'unauthorized') return cause;
      return new PostedClientError('credentials', 'A function in `auth` failed.', { cause });
    }
    const placed: PlacedCredential[] = [];
    for (const [index, { scheme }] of this.#credentials.entries()) {
      const credential = placeCredential(scheme, values[index]);
      if (credential === null) {
        return new PostedClientError(
          'credentials',
          `\`auth\` returned an unusable value: ${expectation(scheme)}.`,
        );
      }
      placed.push(credential);
    }
    this.#placed = placed;
    this.#isRejected = false;
    return placed;
  }

  /** Whether there is only a bearer token, which a function returns. */
  get isRenewable(): boolean {
    const [only, second] = this.#credentials;
    return (
      only !== undefined &&
      second === undefined &&
      only.scheme.credentials === 'bearer' &&
      typeof only.credential === 'function'
    );
  }

  /** The bearer token of the latest attempt. */
  get token(): string {
    return this.#placed[0]?.secrets[0] ?? '';
  }

  /** The server has rejected the latest ones, or they have expired. */
  rejected(): void {
    this.#isRejected = true;
  }

  /** Whether they are the same for every attempt. */
  get isFixed(): boolean {
    return this.#credentials.every(({ credential }) => typeof credential !== 'function');
  }

  /** Redacts the credentials in a text from outside, which may repeat them. */
  redact(text: string): string {
    return redact(text, this.#placed);
  }
}

/** An object has credentials by scheme if all its keys are names of schemes. */
function byScheme({ security, operations }: ChannelDescriptor, auth: Auth = {}): Credentials {
  const schemes = [...security, ...operations.flatMap((operation) => operation.security)];
  const names = new Set(schemes.map(({ name }) => name));
  if (typeof auth === 'object' && Object.keys(auth).every((key) => names.has(key)))
    return auth as Credentials;
  const [only, second] = names;
  if (only !== undefined && second === undefined) return { [only]: auth as Credential };
  throw invalidOptions(
    only === undefined
      ? '`auth`: the channel has no security scheme.'
      : `\`auth\` must be an object with credentials by security scheme: ${[...names].join(', ')}.`,
  );
}

function withCredentials(
  schemes: readonly SecurityScheme[],
  credentials: Credentials | undefined,
): readonly SchemeCredential[] {
  return schemes.flatMap((scheme) => {
    const credential = ownValue(credentials, scheme.name);
    return credential === undefined ? [] : [{ scheme, credential }];
  });
}

async function resolveCredential(credential: Credential, request: TokenRequest): Promise<Value> {
  return typeof credential === 'function' ? await credential(request) : credential;
}

function checkCredential({ scheme, credential }: SchemeCredential, setsHeaders: boolean): void {
  if (scheme.in === 'cookie' && !setsHeaders) {
    throw invalidOptions(`\`auth\`: browsers send their own cookies; ${scheme.name} cannot be set here.`);
  }
  if (typeof credential === 'function' || placeCredential(scheme, credential) !== null) return;
  throw invalidOptions(`\`auth\`: ${expectation(scheme)}.`);
}

const descriptions = {
  bearer: 'a bearer token (RFC 6750 section 2.1)',
  basic: 'a user name and a password (RFC 7617 section 2)',
  apiKey: 'a key that can be sent unchanged',
};

function expectation({ name, credentials }: SecurityScheme): string {
  return `${name} must be ${descriptions[credentials]}`;
}

function checkLocations(used: readonly SchemeCredential[]): void {
  const taken = new Map<string, string>();
  for (const { scheme } of used) {
    const location = locationOf(scheme);
    const other = taken.get(location);
    if (other !== undefined) {
      throw invalidOptions(
        `\`auth\`: ${other} and ${scheme.name} are both sent in the ${location}. Give only one of them.`,
      );
    }
    taken.set(location, scheme.name);
  }
}
