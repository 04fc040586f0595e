/**
 * What an application writes of a message: all properties except those that the runtime fills in, which are constants
 * such as `type`, and correlation ids. Distributes over unions. If nothing is left, it is an empty object.
 */
export type Content<Message, Filled extends PropertyKey> = Message extends unknown
  ? [Exclude<keyof Message, Filled>] extends [never]
    ? Record<string, never>
    : { [Name in keyof Message as Name extends Filled ? never : Name]: Message[Name] }
  : never;

/** True if no property of the object type is required; distributes over unions. */
export type IsOptional<Value> =
  Value extends Record<string, never> ? true : Partial<Value> extends Value ? true : false;

/**
 * A message whose correlation id, the property at the end of `Path`, is optional, along with objects
 * that contain nothing else. The runtime fills it in.
 */
export type Uncorrelated<Message, Path extends readonly string[]> = Message extends unknown
  ? Path extends readonly [infer Name extends keyof Message, ...infer Rest extends readonly string[]]
    ? Omit<Message, Name> & Relaxed<Message, Name, Rest>
    : Message
  : never;

type Relaxed<Message, Name extends keyof Message, Rest extends readonly string[]> = Rest extends readonly []
  ? Partial<Pick<Message, Name>>
  : true extends IsOptional<Uncorrelated<Message[Name], Rest>>
    ? { readonly [Only in Name]?: Uncorrelated<Message[Name], Rest> }
    : { readonly [Only in Name]: Uncorrelated<Message[Name], Rest> };
