import type { IncomingMessage } from 'node:http';

/** What the app is given beside a request: Node's own, whose headers and body are read without a copy. */
export interface NodeBindings {
  readonly incoming: IncomingMessage;
}

/** The environment of Hono's contexts. */
export interface RestEnv {
  Bindings: NodeBindings;
}
