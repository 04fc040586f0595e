import type { ChannelModel, SecurityModel } from '../../scripts/posted/asyncapi/contract-model.ts';

const user = 'ann';
const secret = 'k3y-Of.the_House';

/** Whether the server of the corpus accepts the credentials. */
export function areValid(credentials: unknown): boolean {
  const { token, key, username, password } = credentials as Readonly<Record<string, unknown>>;
  return token === secret || key === secret || (username === user && password === secret);
}

/** For each alternative scheme of a channel: the scheme with all schemes of the operations. */
export function schemesToSend({ security, operations }: ChannelModel): readonly (readonly SecurityModel[])[] {
  const extra = operations.flatMap((operation) => operation.security);
  return security.length === 0 ? [extra] : security.map((scheme) => [scheme, ...extra]);
}

/** The option `credentials` of the generated client. */
export function clientCredentials(schemes: readonly SecurityModel[]): object {
  return Object.fromEntries(
    schemes.map(({ name, credentials }) => [
      name,
      credentials === 'basic' ? { username: user, password: secret } : secret,
    ]),
  );
}

/** The credentials of a plain client: headers and query parameters. */
export function plainCredentials(schemes: readonly SecurityModel[]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
} {
  const headers: Record<string, string> = {};
  const query: Record<string, string> = {};
  for (const scheme of schemes) {
    if (scheme.in === 'query') query[scheme.parameter] = secret;
    else if (scheme.in === 'header') headers[scheme.parameter] = secret;
    else if (scheme.in === 'cookie') headers.Cookie = `theme=dark; ${scheme.parameter}=${secret}`;
    else headers.Authorization = authorization(scheme);
  }
  return { headers, query };
}

function authorization({ credentials, in: location }: SecurityModel): string {
  if (credentials === 'bearer') return `Bearer ${secret}`;
  const pair =
    location === 'user' ? `${secret}:` : location === 'password' ? `:${secret}` : `${user}:${secret}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
