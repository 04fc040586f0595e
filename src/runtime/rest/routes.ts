import { METHODS } from 'node:http';
import type { Hono } from 'hono';
import { PostedError } from '../shared/errors.ts';
import type { Answer, Target } from './answer.ts';
import type { RestEnv } from './env.ts';
import { refuse } from './refusal.ts';

export interface Route extends Target {
  readonly method: string;
  /** In Hono's syntax. */
  readonly pattern: string;
}

/**
 * Adds the routes, and a 405 response for every other method of their paths. A request matches one of them
 * alone, unless templates overlap: Hono calls that one without more ado.
 *
 * @throws Error where two routes have the same method and path
 */
export function addRoutes(app: Hono<RestEnv>, routes: readonly Route[], answer: Answer): void {
  const byPattern = Map.groupBy(routes, ({ pattern }) => pattern);
  for (const pattern of [...byPattern.keys()].toSorted(byPrecedence)) {
    const group = byPattern.get(pattern) ?? [];
    for (const route of group) app.on(route.method, pattern, (c) => answer(route, c));
    const methods = new Set(group.map(({ method }) => method));
    if (methods.size < group.length) throw new Error(`Two routes for the same method of ${pattern}`);
    // Hono asks for GET where the method is HEAD.
    if (methods.has('GET')) methods.add('HEAD');
    const others = METHODS.filter((method) => !methods.has(method));
    const target = methodNotAllowed([...methods].join(', '));
    app.on(others, pattern, (c) => answer(target, c));
  }
}

function methodNotAllowed(allow: string): Target {
  return {
    operation: 'none',
    async serve(_c, requestId) {
      const error = new PostedError('method_not_allowed', `This path takes ${allow} only.`);
      const response = refuse(error, requestId);
      response.headers.set('Allow', allow);
      return response;
    },
  };
}

/** Concrete paths before templated ones (OpenAPI 3.1, Paths Object): Hono takes the first that matches. */
function byPrecedence(a: string, b: string): number {
  const [first, second] = [a, b].map((pattern) => pattern.replaceAll(':', '\uffff')) as [string, string];
  return first < second ? -1 : 1;
}
