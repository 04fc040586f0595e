import type { IncomingMessage } from 'node:http';
import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import type { Principal } from '../handlers.ts';
import type { Authenticated } from './authenticate.ts';

const principals = new WeakMap<IncomingMessage, Principal>();

/** Names the user of a request, whose handshake then needs no credentials and calls no security hooks. For tests. */
export function knowPrincipal(request: IncomingMessage, principal: Principal): void {
  principals.set(request, principal);
}

export function knownPrincipalOf(request: IncomingMessage): Principal | undefined {
  return principals.get(request);
}

/** As if the credentials of a known user permitted every operation of the channel. */
export function permitAll(principal: Principal, { operations }: ChannelDescriptor): Authenticated {
  const secured = operations.filter(({ security }) => security.length > 0);
  return {
    principal,
    scheme: undefined,
    permits: new Set(secured.map(({ name }) => name)),
    expiresAtMs: principal.expiresAtMs ?? Number.POSITIVE_INFINITY,
  };
}
