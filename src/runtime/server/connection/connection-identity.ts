import type { Socket } from 'node:net';
import type { Principal } from '../handlers.ts';
import type { HandshakeValues } from '../handshake/handshake-values.ts';

/** What a handshake determines about its connection. */
export interface ConnectionIdentity extends HandshakeValues {
  readonly id: string;
  readonly socket: Socket;
  readonly user: Principal | undefined;
  /** By which the client is limited, see `clientNetwork`; undefined: that of the socket, which nobody has asked for yet. */
  readonly address: string | undefined;
  /** The name of the security scheme that the user was known by. */
  readonly scheme: string | undefined;
  /** The operations with their own security that the credentials permit. */
  readonly permits: ReadonlySet<string>;
  /** When the credentials expire, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** What a renewal changes. */
export type RenewedCredentials = Pick<ConnectionIdentity, 'user' | 'permits' | 'expiresAtMs'>;
