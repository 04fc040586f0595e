import { type ErrorCode, statusOf } from '../shared/errors.ts';
import { isAllowedOrigin, type OriginPolicy, originPolicy } from '../shared/origin.ts';
import { TrustedProxies } from '../shared/trusted-proxies.ts';
import type { ErrorForm } from './error-response.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { OperationDescriptor } from './operation-handlers.ts';

interface CookieOptions {
  readonly origins: OriginPolicy | readonly string[];
  readonly proxies?: TrustedProxies;
}

const noProxies = new TrustedProxies();

/** The headers that clients of an operation set: those of the contract, and its API keys. */
export function requestHeadersOf({ headerNames, schemes = {} }: OperationDescriptor): readonly string[] {
  const keys = Object.values(schemes).flatMap((source) =>
    typeof source === 'object' && source.in === 'header' ? [source.name] : [],
  );
  return [...headerNames, ...keys];
}

/** The outcome of a request that its handler has answered with an error of the contract. */
export function codeOf(status: number): ErrorCode {
  const codes = Object.entries(statusOf) as [ErrorCode, number][];
  return codes.find(([, known]) => known === status)?.[0] ?? (status < 500 ? 'invalid_request' : 'internal');
}

/** Browsers send cookies with the requests of any page: they count for those of this host, and of listed origins. */
export function trustsCookies(
  { origins, proxies = noProxies }: CookieOptions,
  incoming: IncomingRequest,
): boolean {
  const policy = originPolicy(origins);
  const trusted = policy.kind === 'any' ? ({ kind: 'same-origin' } as const) : policy;
  return isAllowedOrigin(trusted, incoming.headers.origin, proxies.hostOf(incoming));
}

/** How the errors of an operation are written. */
export function errorFormOf({ contentTypes = {}, security, schemes = {} }: OperationDescriptor): ErrorForm {
  const sources = security.flat().map((name) => schemes[name] ?? 'bearer');
  const challenge = sources.includes('bearer') ? undefined : sources.includes('basic') ? 'Basic' : null;
  return {
    isProblem: Object.values(contentTypes).includes('application/problem+json'),
    ...(challenge === undefined || security.length === 0 ? {} : { challenge }),
  };
}
