import { type BasicCredentials, encodeBase64 } from '../shared/credentials.ts';
import type { SentCredential } from '../shared/redact.ts';
import { tokenSource } from '../shared/token-source.ts';
import type { RestOperation, RestSecurityScheme } from './rest-contract.ts';
import { RestError } from './rest-error.ts';

type Value = string | BasicCredentials;

/** A credential where its security scheme puts it. */
export interface PlacedCredential extends SentCredential {
  /** Resolves with another credential, or undefined if `auth` returns the same again. */
  replace(): Promise<PlacedCredential | undefined>;
}

/** Resolves with the credentials of an operation; none if it needs none. */
export type RestCredentials = (
  operationId: string,
  operation: RestOperation,
) => Promise<readonly PlacedCredential[]>;

/** Other credentials; undefined if `auth` returns the same again. */
export async function replaceAll(
  credentials: readonly PlacedCredential[],
): Promise<readonly PlacedCredential[] | undefined> {
  const others = await Promise.all(credentials.map((one) => one.replace()));
  if (others.every((other) => other === undefined)) return undefined;
  return credentials.map((one, index) => others[index] ?? one);
}

type Source = (request: { readonly stale?: string }) => Promise<Value>;

/** @throws RestError `invalid_options` */
export function restCredentials(
  schemes: Readonly<Record<string, RestSecurityScheme>>,
  auth: unknown,
): RestCredentials {
  const sources = new Map(
    Object.entries(byScheme(Object.keys(schemes), auth)).map(([name, given]) => [
      name,
      sourceOf(given, schemes[name]),
    ]),
  );
  return async (operationId, { security = [], isOpen = false }) => {
    const requirement = security.find((names) => [names].flat().every((name) => sources.has(name)));
    if (requirement !== undefined) {
      return await Promise.all(
        [requirement].flat().flatMap((name) => {
          const [scheme, source] = [schemes[name], sources.get(name)];
          return scheme === undefined || source === undefined ? [] : [place(operationId, scheme, source)];
        }),
      );
    }
    if (security.length === 0 || isOpen) return [];
    const names = security.map((one) => [one].flat().join(' and ')).join(' or ');
    throw new RestError('credentials', operationId, `\`auth\` has no credential for ${names}.`);
  };
}

/** An object has credentials by scheme if all its keys are names of schemes. */
function byScheme(names: readonly string[], auth: unknown): Readonly<Record<string, unknown>> {
  if (auth === undefined) return {};
  if (typeof auth === 'object' && auth !== null && Object.keys(auth).every((key) => names.includes(key))) {
    return { ...auth };
  }
  const [only, second] = names;
  if (only !== undefined && second === undefined) return { [only]: auth };
  throw new RestError(
    'invalid_options',
    '',
    `\`auth\` must be an object with credentials by security scheme: ${names.join(', ')}.`,
  );
}

function sourceOf(given: unknown, scheme: RestSecurityScheme | undefined): Source {
  if (typeof given !== 'function') return async () => given as Value;
  if (scheme?.kind === 'basic') return async () => (given as () => Value)();
  // Shared among the client's requests, so that those which get 401 at the same time ask once.
  return tokenSource(given as () => string);
}

async function place(
  operationId: string,
  scheme: RestSecurityScheme,
  source: Source,
  stale?: string,
): Promise<PlacedCredential> {
  let value: Value;
  try {
    value = await source(stale === undefined ? {} : { stale });
  } catch (cause) {
    throw new RestError('credentials', operationId, 'A function in `auth` failed.', { cause });
  }
  const text = textOf(scheme, value);
  if (text === null) {
    throw new RestError(
      'credentials',
      operationId,
      `\`auth\` gave a value that is not a ${scheme.kind} credential.`,
    );
  }
  const { kind, parameter = 'Authorization' } = scheme;
  const secret = text.replace(/^(?:Bearer|Basic) /, '');
  return {
    ...(kind === 'query'
      ? { query: [parameter, text] }
      : { header: kind === 'cookie' ? ['Cookie', `${parameter}=${text}`] : [parameter, text] }),
    secrets: [secret, ...(typeof value === 'object' && value.password !== '' ? [value.password] : [])],
    async replace() {
      const next = await place(operationId, scheme, source, value as string);
      return next.secrets[0] === secret ? undefined : next;
    },
  };
}

/** A field value of visible ASCII, with white space only inside (RFC 9110 section 5.5). */
const fieldValue = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** The text of a credential as it is sent; null if it cannot be. */
function textOf({ kind }: RestSecurityScheme, value: unknown): string | null {
  if (kind === 'basic') {
    const { username, password } = Object(value) as BasicCredentials;
    const isUsable = typeof username === 'string' && typeof password === 'string' && !username.includes(':');
    return isUsable ? `Basic ${encodeBase64(`${username}:${password}`)}` : null;
  }
  if (typeof value !== 'string' || !fieldValue.test(value)) return null;
  return kind === 'bearer' ? `Bearer ${value}` : value;
}
