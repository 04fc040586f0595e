import { PostedError } from '../shared/errors.ts';
import type { OperationDescriptor, SecurityHooks } from './operation-handlers.ts';
import { type CredentialRequest, readCredentials } from './request-credentials.ts';

/** A scheme's credentials that the hook has accepted, or why it has not. */
type Verdict = { readonly user: unknown } | { readonly refusal: PostedError } | 'absent';

/**
 * Tries the requirements in turn until the hooks accept the credentials of one: any one suffices (OpenAPI 3.1, Security
 * Requirement Object). Resolves with the user of its first scheme, or undefined if the operation also works without
 * credentials and the request has none.
 *
 * @throws PostedError `unauthorized`, or what a hook fails with
 */
export async function authenticate(
  operation: OperationDescriptor,
  hooks: SecurityHooks,
  request: CredentialRequest,
): Promise<unknown> {
  let refusal: PostedError | null = null;
  for (const requirement of operation.security) {
    const names = typeof requirement === 'string' ? [requirement] : requirement;
    const users: unknown[] = [];
    for (const name of names) {
      const verdict = await verify(name, operation, hooks, request);
      if (verdict === 'absent') break;
      if ('refusal' in verdict) {
        refusal = verdict.refusal;
        break;
      }
      users.push(verdict.user);
    }
    if (users.length === names.length) return users[0];
  }
  if (refusal !== null) throw refusal;
  if (operation.isOpen === true) return undefined;
  throw missingCredentials(operation);
}

async function verify(
  name: string,
  { schemes = {}, scopes = {} }: OperationDescriptor,
  hooks: SecurityHooks,
  request: CredentialRequest,
): Promise<Verdict> {
  const hook = hooks[name];
  const credentials = readCredentials(schemes[name] ?? 'bearer', request, scopes[name] ?? []);
  if (hook === undefined || credentials === null) return 'absent';
  try {
    return { user: await hook(credentials as never) };
  } catch (thrown) {
    const refusal = PostedError.from(thrown);
    if (refusal.code !== 'unauthorized') throw refusal;
    return { refusal };
  }
}

function missingCredentials({ security, schemes = {} }: OperationDescriptor): PostedError {
  const sources = security.flat().map((name) => schemes[name] ?? 'bearer');
  if (sources.every((source) => source === 'bearer')) {
    return new PostedError(
      'unauthorized',
      'A bearer token is missing. Send it as Authorization: Bearer <token>.',
    );
  }
  const places = sources.map((source) =>
    typeof source === 'string' ? `Authorization: ${challengeOf(source)}` : `the ${source.in} ${source.name}`,
  );
  return new PostedError(
    'unauthorized',
    `Credentials are missing. Send ${[...new Set(places)].join(' or ')}.`,
  );
}

function challengeOf(source: 'bearer' | 'basic'): string {
  return source === 'bearer' ? 'Bearer <token>' : 'Basic <user and password>';
}
