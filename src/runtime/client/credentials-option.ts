import type { BasicCredentials } from '../shared/credentials.ts';
import type { Optional } from './optional.ts';

/** A value, or what gets one. */
type Credential<Value> = Value | (() => Value | Promise<Value>);

/**
 * What the application gives for a security scheme, by the kind of its credential. A function is asked
 * before every attempt, so that what is sent is never old. After it has thrown it is asked again
 * later, unless it threw a PostedClientError `unauthorized`: that ends the client. What the server
 * refuses is asked for once more, so that the client ends where the same comes back, or another one is
 * refused too.
 */
interface CredentialKinds {
  /** A token (RFC 6750). */
  readonly bearer: Credential<string>;
  /** A user's name, without a colon, and password (RFC 7617). */
  readonly basic: Credential<BasicCredentials>;
  readonly apiKey: Credential<string>;
  /** An API key in a cookie. A browser sends its own, and takes none from here. */
  readonly cookie: Credential<string>;
}

type CredentialFor<Kind> = Kind extends keyof CredentialKinds ? CredentialKinds[Kind] : never;

type AnyOf<Schemes> = {
  [Name in keyof Schemes]: Schemes[Name] extends 'cookie'
    ? { readonly [Only in Name]?: CredentialFor<Schemes[Name]> }
    : { readonly [Only in Name]: CredentialFor<Schemes[Name]> };
}[keyof Schemes];

type SomeOf<Schemes> = { readonly [Name in keyof Schemes]?: CredentialFor<Schemes[Name]> };

/** `Schemes` are the channel's, any one of which suffices; `OperationSchemes` those that only operations ask for. */
export type CredentialsOption<Schemes, OperationSchemes> = [keyof Schemes] extends [never]
  ? [keyof OperationSchemes] extends [never]
    ? { readonly credentials?: never }
    : { readonly credentials?: SomeOf<OperationSchemes> }
  : WithCredentials<AnyOf<Schemes>, SomeOf<OperationSchemes>>;

type WithCredentials<Required, Others> =
  true extends Optional<Required>
    ? { readonly credentials?: Required & Others }
    : {
        /**
         * By name of the security scheme: any one of those that the connection asks for, and whichever
         * operations ask for besides.
         */
        readonly credentials: Required & Others;
      };
