/**
 * What an application writes of a message: all properties except those that the runtime fills in, which are constants
 * such as `type`, and correlation ids. Distributes over unions.
 */
export type Content<Message, Filled extends PropertyKey> = Message extends unknown
  ? { [Name in keyof Message as Name extends Filled ? never : Name]: Message[Name] }
  : never;
