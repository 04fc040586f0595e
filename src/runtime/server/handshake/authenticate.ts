import type { Credentials } from '../../shared/credentials.ts';
import type { ChannelDescriptor, SecurityScheme } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { Principal } from '../handlers.ts';
import { challenge, describeMalformed, describeMissing } from './challenge.ts';
import { readCredentials } from './read-credentials.ts';
import { Refusal } from './refusal.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

/** By scheme name: verifies credentials and returns their principal, or throws `unauthorized` or `forbidden`. */
export type SecurityHooks = Readonly<
  Record<string, (credentials: Credentials) => Principal | Promise<Principal>>
>;

/** The result of verifying the credentials of a handshake. */
export interface Authenticated {
  /** Undefined if the channel has no security, and no credentials for an operation were accepted either. */
  readonly principal: Principal | undefined;
  /** The name of the scheme that the principal is known by. */
  readonly scheme: string | undefined;
  /** Names of the operations with their own security that the credentials permit. */
  readonly permits: ReadonlySet<string>;
  /** When the first of the credentials expires, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

type SecurityHook = SecurityHooks[string];

/** A security scheme with the hook that verifies its credentials. */
interface Verifier {
  /** Equal for schemes whose verification has the same result: same name, same scopes. */
  readonly key: string;
  readonly scheme: SecurityScheme;
  readonly hook: SecurityHook;
}

type Verdict =
  | { readonly kind: 'absent' }
  | { readonly kind: 'accepted'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly error: PostedError };

interface Verification {
  readonly scheme: SecurityScheme;
  readonly verdict: Verdict;
}

/**
 * Returns a function that verifies the credentials of a handshake, for a channel and for those of its operations that
 * have their own security. Any one scheme suffices (AsyncAPI 3.0, Server Object and Operation Object, `security`): the
 * schemes for which the request has credentials are tried in the contract's order until one accepts. A client without
 * credentials for an operation connects without that operation; credentials that no scheme accepts are refused, even
 * if only an operation needs them.
 *
 * The function throws Refusal `unauthorized` or `forbidden`, or what a hook fails with.
 *
 * @throws TypeError if a security hook is missing
 */
export function createAuthenticate(
  { name, security, operations }: ChannelDescriptor,
  hooks: SecurityHooks,
): (request: UpgradeRequest) => Promise<Authenticated> {
  const channelVerifiers = security.map(createVerifier);
  const securedOperations = operations
    .filter((operation) => operation.security.length > 0)
    .map((operation) => ({ name: operation.name, verifiers: operation.security.map(createVerifier) }));

  function createVerifier(scheme: SecurityScheme): Verifier {
    const hook = hooks[scheme.name];
    if (hook === undefined) throw new TypeError(`No security hook ${scheme.name} for channel ${name}.`);
    return { key: [scheme.name, ...scheme.scopes].join(' '), scheme, hook: hook.bind(hooks) };
  }

  return async (request) => {
    const verify = createVerify(request);
    const forChannel = await verifyUntilAccepted(channelVerifiers, verify);
    if (channelVerifiers.length > 0 && !isAccepted(forChannel)) throw refusalOf(forChannel);
    if (securedOperations.length === 0) return summarize(forChannel, noPermits);

    const permits = new Set<string>();
    const denied: (readonly Verification[])[] = [];
    const all = [...forChannel];
    for (const operation of securedOperations) {
      const forOperation = await verifyUntilAccepted(operation.verifiers, verify);
      if (isAccepted(forOperation)) permits.add(operation.name);
      else denied.push(forOperation);
      all.push(...forOperation);
    }
    refuseInvalid(denied, all);
    return summarize(all, permits);
  };
}

/** Shared by all connections of channels whose operations have no security of their own. */
const noPermits: ReadonlySet<string> = new Set();

function summarize(verifications: readonly Verification[], permits: ReadonlySet<string>): Authenticated {
  let principal: Authenticated['principal'];
  let name: string | undefined;
  let expiresAtMs = Number.POSITIVE_INFINITY;
  for (const { scheme, verdict } of verifications) {
    if (verdict.kind !== 'accepted') continue;
    principal ??= verdict.principal;
    name ??= scheme.name;
    expiresAtMs = Math.min(expiresAtMs, verdict.principal.expiresAtMs ?? expiresAtMs);
  }
  return { principal, scheme: name, permits, expiresAtMs };
}

type Verify = (verifier: Verifier) => Promise<Verdict>;

/** Calls each hook at most once per handshake, however many operations use its scheme. */
function createVerify(request: UpgradeRequest): Verify {
  const verdicts = new Map<string, Promise<Verdict>>();
  return (verifier) => {
    const verdict = verdicts.get(verifier.key) ?? callHook(verifier, request);
    verdicts.set(verifier.key, verdict);
    return verdict;
  };
}

async function callHook({ scheme, hook }: Verifier, request: UpgradeRequest): Promise<Verdict> {
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

async function verifyUntilAccepted(
  verifiers: readonly Verifier[],
  verify: Verify,
): Promise<readonly Verification[]> {
  const verifications: Verification[] = [];
  for (const verifier of verifiers) {
    const verdict = await verify(verifier);
    verifications.push({ scheme: verifier.scheme, verdict });
    if (verdict.kind === 'accepted') break;
  }
  return verifications;
}

function isAccepted(verifications: readonly Verification[]): boolean {
  return verifications.some(({ verdict }) => verdict.kind === 'accepted');
}

/** A token that is valid for the channel and merely unknown to an operation's scheme is not invalid. */
function refuseInvalid(denied: readonly (readonly Verification[])[], all: readonly Verification[]): void {
  const valid = new Set(
    all.flatMap(({ scheme, verdict }) => (verdict.kind === 'accepted' ? locationOf(scheme) : [])),
  );
  const invalid = denied.find((verifications) =>
    verifications.some(
      ({ scheme, verdict }) =>
        verdict.kind === 'refused' && verdict.error.code === 'unauthorized' && !valid.has(locationOf(scheme)),
    ),
  );
  if (invalid !== undefined) throw refusalOf(invalid);
}

/** Where a scheme's credentials are in a request; several schemes can share them. */
function locationOf({ in: location, credentials, parameter }: SecurityScheme): string {
  if (location === 'header' || location === 'query' || location === 'cookie') {
    return `${location} ${parameter}`;
  }
  return credentials === 'bearer' ? 'bearer' : 'basic';
}

/** `forbidden` takes precedence: it means that the client is known but not allowed. */
function refusalOf(verifications: readonly Verification[]): Refusal {
  const refused = verifications.map(({ scheme, verdict }) => ({
    scheme,
    error: verdict.kind === 'refused' ? verdict.error : undefined,
  }));
  const errors = refused.flatMap(({ error }) => error ?? []);
  const error =
    errors.find(({ code }) => code === 'forbidden') ??
    errors.at(-1) ??
    new PostedError('unauthorized', describeMissing(verifications.map(({ scheme }) => scheme)));
  const value = challenge(refused);
  const headers = value === undefined ? {} : { 'WWW-Authenticate': value };
  return new Refusal(error.code === 'forbidden' ? 'forbidden' : 'unauthorized', error, { headers });
}
