import type { SchemaObject } from '../../schemas/json-schema.ts';
import type { MessageModel } from '../contract-model.ts';

/** The names of the messages, and the values of their tags. */
export const authRequest = 'auth';
export const authAnswer = 'authorized';

/** Marks what `addAuth` adds, so that a complete document can be read again. */
export const addedMark = 'x-auth-part';

type Path = readonly [string, ...string[]];

/** Where the messages of a direction have their tag. The runtime looks there, too. */
export function tagPathOf(messages: readonly Pick<MessageModel, 'tag'>[]): Path {
  return messages.find(({ tag }) => tag !== null)?.tag?.path ?? ['type'];
}

export function requestSchema(path: Path): SchemaObject {
  const token = {
    type: 'string',
    description: 'Fresh credentials of the same user, for the same security scheme as in the handshake.',
    maxLength: 16_384,
  };
  return { description: 'Fresh credentials.', ...tagged(path, authRequest, { token }, ['token']) };
}

export function answerSchema(path: Path): SchemaObject {
  const expiresAt = {
    type: 'integer',
    description: 'When the credentials expire, in milliseconds since 1970. Absent if they do not expire.',
  };
  return { description: 'The credentials were renewed.', ...tagged(path, authAnswer, { expiresAt }) };
}

const exampleToken = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

interface AuthMessage {
  /** A Message Object without its payload. */
  readonly message: object;
  readonly schemaName: string;
  readonly schema: SchemaObject;
}

export function authMessages(requestPath: Path, answerPath: Path): Readonly<Record<string, AuthMessage>> {
  return {
    [authRequest]: {
      schemaName: 'AuthMessage',
      schema: requestSchema(requestPath),
      message: {
        [addedMark]: true,
        name: authRequest,
        title: 'Fresh credentials',
        summary:
          'Sent by a client before its credentials expire, at most once a second. A bad token closes the connection with 4401.',
        contentType: 'application/json',
        examples: [{ name: 'auth', payload: example(requestPath, authRequest, { token: exampleToken }) }],
      },
    },
    [authAnswer]: {
      schemaName: 'AuthorizedMessage',
      schema: answerSchema(answerPath),
      message: {
        [addedMark]: true,
        name: authAnswer,
        title: 'The credentials were renewed',
        summary: 'The connection stays open until the credentials expire.',
        contentType: 'application/json',
        examples: [
          { name: 'authorized', payload: example(answerPath, authAnswer, { expiresAt: 1_798_761_600_000 }) },
        ],
      },
    },
  };
}

/** The schema of an object with a tag. */
function tagged(
  [name, ...rest]: Path,
  value: string,
  properties: Readonly<Record<string, SchemaObject>> = {},
  required: readonly string[] = [],
): SchemaObject {
  const [next, ...others] = rest;
  const tag =
    next === undefined
      ? { type: 'string', const: value, description: 'Identifies this message among those of the channel.' }
      : tagged([next, ...others], value);
  return {
    type: 'object',
    additionalProperties: false,
    required: [name, ...required],
    properties: { [name]: tag, ...properties },
  };
}

function example([name, ...rest]: Path, value: string, members: object = {}): object {
  const [next, ...others] = rest;
  return { [name]: next === undefined ? value : example([next, ...others], value), ...members };
}
