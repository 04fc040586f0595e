import type { SecurityModel } from '../../asyncapi/contract-model.ts';
import { ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './project-plan.ts';

/** A function of src/users.ts, by the kind of credentials that it verifies. */
const verifiers = {
  bearer: {
    name: 'verifyToken',
    type: 'BearerCredentials',
    source: ts`
      /** Accepts the secret as a token. */
      export function verifyToken(secret: string): (credentials: BearerCredentials) => User {
        return ({ token }) => verify(secret, token, 'user');
      }
    `,
  },
  basic: {
    name: 'verifyPassword',
    type: 'BasicCredentials',
    source: ts`
      /** Accepts the secret as the password of any user. */
      export function verifyPassword(secret: string): (credentials: BasicCredentials) => User {
        return ({ username, password }) => verify(secret, password, username);
      }
    `,
  },
  apiKey: {
    name: 'verifyKey',
    type: 'ApiKeyCredentials',
    source: ts`
      /** Accepts the secret as an API key. */
      export function verifyKey(secret: string): (credentials: ApiKeyCredentials) => User {
        return ({ key }) => verify(secret, key, 'user');
      }
    `,
  },
} as const satisfies Readonly<Record<SecurityModel['credentials'], object>>;

export function verifierOf({ credentials }: SecurityModel): string {
  return verifiers[credentials].name;
}

/** The text of src/users.ts, which authenticates clients; null if the contract requires no credentials. */
export function renderUsers({ channels }: ProjectPlan): string | null {
  const schemes = channels.flatMap(({ security, operationSecurity }) => [...security, ...operationSecurity]);
  const used = [...new Set(schemes.map(({ credentials }) => verifiers[credentials]))].toSorted(
    (one, other) => (one.name < other.name ? -1 : 1),
  );
  if (used.length === 0) return null;
  const imports = [...used.map(({ type }) => `type ${type}`), 'PostedError', 'type Principal'];
  return ts`
    /**
     * Authenticates clients. This example accepts anyone who knows the secret in an environment variable (see .env).
     * Replace it with your own users and the verification of their tokens or passwords.
     */
    import { createHash, timingSafeEqual } from 'node:crypto';
    import { ${imports.join(', ')} } from 'posted/server';

    export interface User extends Principal {}

    ${used.map(({ source }) => `${source}\n`).join('\n')}
    function verify(variable: string, candidate: string, id: string): User {
      const secret = process.env[variable] ?? '';
      if (secret === '') {
        throw new PostedError('unauthorized', \`The server accepts no credentials until \${variable} is set.\`);
      }
      if (!timingSafeEqual(digest(secret), digest(candidate))) {
        throw new PostedError('unauthorized', 'The credentials are invalid.');
      }
      return { id };
    }

    function digest(text: string): Buffer {
      return createHash('sha256').update(text).digest();
    }

  `;
}
