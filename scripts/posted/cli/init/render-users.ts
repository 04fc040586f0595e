import { ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './plan.ts';
import { hookOf } from './render-handlers.ts';

const hooks: Readonly<Record<string, string>> = {
  checkToken: ts`
    /** For a token: whoever has the secret is let in. */
    export function checkToken(secret: string): (credentials: BearerCredentials) => User {
      return ({ token }) => check(secret, token, 'somebody');
    }
  `,
  checkPassword: ts`
    /** For a name and a password: whoever has the secret is let in, by any name. */
    export function checkPassword(secret: string): (credentials: BasicCredentials) => User {
      return ({ username, password }) => check(secret, password, username);
    }
  `,
  checkKey: ts`
    /** For an API key: whoever has the secret is let in. */
    export function checkKey(secret: string): (credentials: ApiKeyCredentials) => User {
      return ({ key }) => check(secret, key, 'somebody');
    }
  `,
};

const types: Readonly<Record<string, string>> = {
  checkToken: 'BearerCredentials',
  checkPassword: 'BasicCredentials',
  checkKey: 'ApiKeyCredentials',
};

/** The text of src/users.ts: who is let in. Null where the contract asks for no credentials. */
export function renderUsers({ channels }: ProjectPlan): string | null {
  const schemes = channels.flatMap(({ security, operationSecurity }) => [...security, ...operationSecurity]);
  const used = [...new Set(schemes.map(({ credentials }) => hookOf(credentials)))].toSorted();
  if (used.length === 0) return null;
  const imports = [...used.map((hook) => `type ${types[hook]}`), 'PostedError', 'type Principal'];
  return ts`
    /**
     * Who is let in: whoever knows the secret of an environment variable. Put your own users, and the check of
     * their tokens or passwords, in its place.
     */
    import { createHash, timingSafeEqual } from 'node:crypto';
    import { ${imports.join(', ')} } from 'posted/server';

    export interface User extends Principal {}

    ${used.map((hook) => `${hooks[hook]}\n`).join('\n')}
    function check(variable: string, given: string, id: string): User {
      const secret = process.env[variable] ?? '';
      if (secret === '') {
        throw new PostedError('unauthorized', \`Nobody is let in before the server is started with \${variable}.\`);
      }
      if (!timingSafeEqual(digest(secret), digest(given))) {
        throw new PostedError('unauthorized', 'The credentials are wrong.');
      }
      return { id };
    }

    function digest(text: string): Buffer {
      return createHash('sha256').update(text).digest();
    }

  `;
}
