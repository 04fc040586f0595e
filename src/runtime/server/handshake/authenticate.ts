import type { Credentials } from '../../shared/credentials.ts';
import type { ChannelDescriptor, SecurityScheme } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Principal } from '../handlers.ts';
import { challenge, describeMalformed, describeMissing } from './challenge.ts';
import type { HandshakeRequest } from './handshake-request.ts';
import { readCredentials } from './read-credentials.ts';
import { Refusal } from './refusal.ts';

/** By scheme name: turns credentials into the user that they stand for, or throws `unauthorized` or `forbidden`. */
export type SecurityHooks = Readonly<
  Record<string, (credentials: Credentials) => Principal | Promise<Principal>>
>;

/** What the credentials of a handshake are good for. */
export interface Authenticated {
  /** Undefined on a channel that is open to everyone, for whoever has no credentials for an operation either. */
  readonly principal: Principal | undefined;
  /** The names of the operations with security of their own that the credentials suffice for. */
  readonly permits: ReadonlySet<string>;
  /** When the first of the credentials ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

type Hook = SecurityHooks[string];

/** A security scheme and what knows its users. */
interface Hooked {
  /** The same for schemes that one question answers. */
  readonly key: string;
  readonly scheme: SecurityScheme;
  readonly hook: Hook;
}

type Outcome =
  | { readonly kind: 'absent' }
  | { readonly kind: 'accepted'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly error: PostedError };

/** What became of the credentials for a scheme. */
interface Asked {
  readonly scheme: SecurityScheme;
  readonly outcome: Outcome;
}

/**
 * Makes the function that asks the security hooks of a channel and of its operations. Any one scheme
 * suffices (AsyncAPI 3.0, Server Object and Operation Object, `security`): those for which a request
 * carries credentials are asked in the contract's order until one accepts. Who brings none for an
 * operation connects without it; credentials that no scheme accepts are refused, also where they are
 * for an operation only.
 *
 * The function throws Refusal `unauthorized` or `forbidden`, or what a hook fails with.
 *
 * @throws TypeError for a hook that is missing
 */
export function createAuthenticate(
  { name, security, operations }: ChannelDescriptor,
  hooks: SecurityHooks,
): (request: HandshakeRequest) => Promise<Authenticated> {
  const own = security.map(withHook);
  const secured = operations
    .filter((operation) => operation.security.length > 0)
    .map((operation) => ({ name: operation.name, schemes: operation.security.map(withHook) }));

  function withHook(scheme: SecurityScheme): Hooked {
    const hook = hooks[scheme.name];
    if (hook === undefined) throw new TypeError(`No security hook ${scheme.name} for channel ${name}.`);
    return { key: [scheme.name, ...scheme.scopes].join(' '), scheme, hook: hook.bind(hooks) };
  }

  return async (request) => {
    const ask = createAsk(request);
    const asked = await askUntilAccepted(own, ask);
    if (own.length > 0 && !isAccepted(asked)) throw refusalOf(asked);
    if (secured.length === 0) return summarize(asked, noPermits);

    const permits = new Set<string>();
    const denied: (readonly Asked[])[] = [];
    const all = [...asked];
    for (const operation of secured) {
      const forIt = await askUntilAccepted(operation.schemes, ask);
      if (isAccepted(forIt)) permits.add(operation.name);
      else denied.push(forIt);
      all.push(...forIt);
    }
    refuseWrong(denied, all);
    return summarize(all, permits);
  };
}

/** Shared by all connections of channels without operations that have security of their own. */
const noPermits: ReadonlySet<string> = new Set();

function summarize(asked: readonly Asked[], permits: ReadonlySet<string>): Authenticated {
  let first: Authenticated['principal'];
  let expiresAtMs = Number.POSITIVE_INFINITY;
  for (const { outcome } of asked) {
    if (outcome.kind !== 'accepted') continue;
    first ??= outcome.principal;
    expiresAtMs = Math.min(expiresAtMs, outcome.principal.expiresAtMs ?? expiresAtMs);
  }
  return { principal: first, permits, expiresAtMs };
}

type Ask = (hooked: Hooked) => Promise<Outcome>;

/** Asks each hook at most once in a handshake, however many operations name its scheme. */
function createAsk(request: HandshakeRequest): Ask {
  const outcomes = new Map<string, Promise<Outcome>>();
  return (hooked) => {
    const outcome = outcomes.get(hooked.key) ?? askHook(hooked, request);
    outcomes.set(hooked.key, outcome);
    return outcome;
  };
}

async function askHook({ scheme, hook }: Hooked, request: HandshakeRequest): Promise<Outcome> {
  const credentials = readCredentials(scheme, request);
  if (credentials === undefined) return { kind: 'absent' };
  if (credentials === null) {
    return { kind: 'refused', error: new PostedError('unauthorized', describeMalformed(scheme)) };
  }
  try {
    return { kind: 'accepted', principal: await hook(credentials) };
  } catch (thrown) {
    const error = PostedError.from(thrown);
    if (error.code === 'unauthorized' || error.code === 'forbidden') return { kind: 'refused', error };
    throw error;
  }
}

async function askUntilAccepted(schemes: readonly Hooked[], ask: Ask): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const hooked of schemes) {
    const outcome = await ask(hooked);
    asked.push({ scheme: hooked.scheme, outcome });
    if (outcome.kind === 'accepted') break;
  }
  return asked;
}

function isAccepted(asked: readonly Asked[]): boolean {
  return asked.some(({ outcome }) => outcome.kind === 'accepted');
}

/** A token that is good for the channel, and no more than unknown to an operation's scheme, is not wrong. */
function refuseWrong(denied: readonly (readonly Asked[])[], all: readonly Asked[]): void {
  const good = new Set(
    all.flatMap(({ scheme, outcome }) => (outcome.kind === 'accepted' ? placeOf(scheme) : [])),
  );
  const wrong = denied.find((asked) =>
    asked.some(
      ({ scheme, outcome }) =>
        outcome.kind === 'refused' && outcome.error.code === 'unauthorized' && !good.has(placeOf(scheme)),
    ),
  );
  if (wrong !== undefined) throw refusalOf(wrong);
}

/** Where the credentials stand: those of several schemes can be the same. */
function placeOf({ in: place, credentials, parameter }: SecurityScheme): string {
  if (place === 'header' || place === 'query' || place === 'cookie') return `${place} ${parameter}`;
  return credentials === 'bearer' ? 'bearer' : 'basic';
}

/** Those who are known and not allowed are told apart from those who are not known. */
function refusalOf(asked: readonly Asked[]): Refusal {
  const refused = asked.map(({ scheme, outcome }) => ({
    scheme,
    error: outcome.kind === 'refused' ? outcome.error : undefined,
  }));
  const errors = refused.flatMap(({ error }) => error ?? []);
  const error =
    errors.find(({ code }) => code === 'forbidden') ??
    errors.at(-1) ??
    new PostedError('unauthorized', describeMissing(asked.map(({ scheme }) => scheme)));
  const value = challenge(refused);
  const headers = value === undefined ? {} : { 'WWW-Authenticate': value };
  return new Refusal(error.code === 'forbidden' ? 'forbidden' : 'unauthorized', error, { headers });
}
