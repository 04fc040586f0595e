import { readBearer } from '../shared/credentials.ts';
import { PostedError } from '../shared/errors.ts';
import type { SecurityHooks } from './handlers.ts';

/**
 * Asks the hooks of the schemes in turn until one knows the token: any one suffices (OpenAPI 3.1,
 * Security Requirement Object).
 *
 * @throws PostedError `unauthorized`, or what a hook failed with
 */
export async function authenticate(
  schemes: readonly string[],
  hooks: SecurityHooks,
  authorization: string | undefined,
): Promise<unknown> {
  const token = readBearer(authorization);
  if (token === null) throw missing();
  let refusal: PostedError | null = null;
  for (const scheme of schemes) {
    const hook = hooks[scheme];
    if (hook === undefined) continue;
    try {
      return await hook({ token });
    } catch (thrown) {
      refusal = PostedError.from(thrown);
      if (refusal.code !== 'unauthorized') throw refusal;
    }
  }
  throw refusal ?? missing();
}

function missing(): PostedError {
  return new PostedError(
    'unauthorized',
    'A bearer token is missing. Send it as Authorization: Bearer <token>.',
  );
}

/** The challenge that goes with 401 (RFC 6750 section 3): an error only where there was a token to be wrong. */
export function challenge(authorization: string | undefined): string {
  return readBearer(authorization) === null ? 'Bearer' : 'Bearer error="invalid_token"';
}
