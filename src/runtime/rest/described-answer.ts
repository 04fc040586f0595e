import type { Guard } from '../shared/guard.ts';
import type { BinaryContent, OperationDescriptor, ResponseContent } from './operation-handlers.ts';

/** A response of the contract that a handler throws: an error with a body of its own, or a redirect. */
export class Answer {
  readonly operationId: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(operationId: string, status: number, body: unknown, headers: Readonly<Record<string, string>>) {
    this.operationId = operationId;
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The statuses that a response of the contract covers. */
type StatusOf<Responses> = {
  [Key in keyof Responses & (number | string)]: `${Key}` extends `${infer Status extends number}`
    ? Status
    : number;
}[keyof Responses & (number | string)];

/** What is the body of a status: that of its own response, or of its range or `default`. */
type BodyOf<Responses, Status> = Status extends keyof Responses
  ? ContentOf<Responses[Status]>
  : ContentOf<Responses[keyof Responses & string]>;

type ContentOf<Content> = Content extends null
  ? undefined
  : Content extends string
    ? string | BinaryContent
    : Content extends Guard<infer Value>
      ? Value
      : never;

/**
 * A response that the contract describes beside those of success; throw it from the operation's handler:
 * `throw answer(operations.getPet, 404, { code: 7, message: 'This pet is unknown.' })`. It is checked like any result.
 * A PostedError needs no description in the contract, but has a body of its own.
 */
export function answer<
  const Operation extends Pick<OperationDescriptor, 'operationId' | 'responses'>,
  const Status extends StatusOf<Operation['responses']>,
>(
  { operationId }: Operation,
  status: Status,
  body: BodyOf<Operation['responses'], Status>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return new Answer(operationId, status, body, headers);
}

/** The most specific of a status, its range and `default` (OpenAPI 3.1, Responses Object). */
export function describedAs(
  responses: Readonly<Record<number | string, ResponseContent>>,
  status: number,
): string | undefined {
  const keys = [String(status), `${String(status).slice(0, 1)}XX`, 'default'];
  return keys.find((key) => responses[key] !== undefined);
}
