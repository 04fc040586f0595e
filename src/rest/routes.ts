import type { Context, Hono } from 'hono';
import { PostedError } from '../errors.ts';
import { withDeadline } from './deadline.ts';
import type { RestEnv } from './env.ts';
import { refuse } from './refusal.ts';

export interface Route {
  readonly method: string;
  /** In Hono's syntax. */
  readonly pattern: string;
  readonly serve: (c: Context<RestEnv>) => Promise<Response>;
}

/**
 * Adds the routes, and a 405 response for every other method of their paths.
 *
 * @throws Error where two routes have the same method and path
 */
export function addRoutes(app: Hono<RestEnv>, routes: readonly Route[], timeoutMs: number): void {
  const byPattern = Map.groupBy(routes, ({ pattern }) => pattern);
  for (const pattern of [...byPattern.keys()].toSorted(byPrecedence)) {
    const group = byPattern.get(pattern) ?? [];
    for (const { method, serve } of group) {
      app.on(method, pattern, (c) => withDeadline(serve(c), timeoutMs));
    }
    const methods = new Set(group.map(({ method }) => method));
    if (methods.size < group.length) throw new Error(`Two routes for the same method of ${pattern}`);
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods].join(', ');
    app.all(pattern, (c) => {
      c.header('Allow', allow);
      return refuse(c, new PostedError('method_not_allowed', `This path takes ${allow} only.`));
    });
  }
}

/** Concrete paths before templated ones (OpenAPI 3.1, Paths Object): Hono takes the first that matches. */
function byPrecedence(a: string, b: string): number {
  const [first, second] = [a, b].map((pattern) => pattern.replaceAll(':', '\uffff')) as [string, string];
  return first < second ? -1 : 1;
}
