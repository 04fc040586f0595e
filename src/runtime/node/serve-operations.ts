import type { HandlersOf, Operations, SecurityHooksOf } from '../rest/operation-handlers.ts';
import type { Contract } from '../shared/descriptor.ts';
import type { AppServer } from './app-server.ts';
import { type RestServeOptions, type ServeOptions, serve } from './serve.ts';

export type ServeOperationsOptions<Table extends Operations, Handlers> = ServeOptions &
  RestServeOptions<keyof Table & string> & {
    /** The name of the application, by which nodes and limits find each other. Default: `operations`. */
    readonly title?: string;
    /** By security scheme: verifies the credentials of a request, and returns their user. */
    readonly security: SecurityHooksOf<Table, Handlers>;
  };

/** The server has no channels. */
interface NoChannels {
  readonly security: object;
  readonly channels: object;
  readonly hooks: unknown;
  readonly server: unknown;
  readonly handle: (handlers: object) => AppServer;
}

/**
 * Serves the operations of an OpenAPI document without channels, with the process around them as for `serve`.
 *
 *     const server = serveOperations(operations, handlers, { security: { apiKey: verify } });
 *     const { url } = await server.listen({ port: 8080 });
 *
 * @throws TypeError if a security scheme has no hook, or if a limit is of none of the operations
 */
export function serveOperations<const Table extends Operations, Handlers extends HandlersOf<Table, never>>(
  operations: Table,
  handlers: Handlers,
  { title = 'operations', limits, ...options }: ServeOperationsOptions<Table, Handlers>,
): AppServer {
  const contract: Contract<NoChannels> = { title, version: '', channels: {} };
  const app = serve(contract, options as ServeOptions) as unknown as {
    rest(table: Operations, handlers: object, options: object): void;
    handle(handlers: object): AppServer;
  };
  app.rest(operations, handlers, limits === undefined ? {} : { limits });
  return app.handle({});
}
