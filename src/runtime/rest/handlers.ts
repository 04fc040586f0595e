/** The types that tie hand-written handlers and security hooks to a table of operations. */
import type { Guard } from '../shared/guard.ts';
import type { Caller, RequestContext } from './context.ts';
import type { OperationDescriptor } from './operation.ts';

/** By operationId, as it is generated. */
export type Operations = Readonly<Record<string, OperationDescriptor>>;

/** One handler for each operation. Generated `OperationHandlers<User>` are assignable to it. */
export type HandlersOf<Table extends Operations, User> = {
  readonly [Id in keyof Table]: (
    request: RequestOf<Table[Id]>,
    context: ContextOf<Table[Id], User>,
  ) => ResultOf<Table[Id]['responses']>;
};

/** One hook for each security scheme that an operation names, of the user that the handlers take. */
export type SecurityHooksOf<Table extends Operations, Handlers> = Readonly<
  Record<Table[keyof Table]['security'][number], SecurityHook<UserOf<Handlers>>>
>;

export type SecurityHooks = Readonly<Record<string, SecurityHook>>;

/** Turns credentials of scheme `http` `bearer` into the user that they stand for, or throws `unauthorized`. */
export type SecurityHook<User = unknown> = (credentials: BearerCredentials) => User | Promise<User>;

export interface BearerCredentials {
  readonly token: string;
}

type Places = 'pathParameters' | 'query' | 'headers' | 'body';

type RequestOf<Operation extends OperationDescriptor> = {
  readonly [Place in Places as Operation[Place] extends undefined ? never : Place]: Guarded<Operation[Place]>;
};

type ContextOf<Operation extends OperationDescriptor, User> = Operation['security'] extends readonly []
  ? RequestContext
  : Caller<User>;

type ResultOf<Responses> = Responses extends { readonly 200: infer Success }
  ? Success extends null
    ? Promise<void>
    : Promise<Guarded<Success>>
  : never;

type Guarded<G> = G extends Guard<infer Value> ? Value : never;

type UserOf<Handlers> = Handlers[keyof Handlers] extends (request: never, context: infer Context) => unknown
  ? Context extends Caller<infer User>
    ? User
    : never
  : never;
