/** Credentials by the kinds of security schemes (AsyncAPI 3.0, Security Scheme Object). */

/** A bearer token (RFC 6750), for the schemes `http` `bearer`, `oauth2` and `openIdConnect`. */
export interface BearerCredentials {
  readonly token: string;
  /** The scopes that the contract requires. Whether the token grants them is for the security hook to decide. */
  readonly scopes: readonly string[];
}

/** A user name and a password (RFC 7617), for the schemes `http` `basic` and `userPassword`. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** An API key, for the schemes `apiKey` and `httpApiKey`. */
export interface ApiKeyCredentials {
  readonly key: string;
}

export type Credentials = BearerCredentials | BasicCredentials | ApiKeyCredentials;
