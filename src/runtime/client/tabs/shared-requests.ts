import { readAuth, readAuthAnswer } from '../../shared/auth-frames.ts';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import { readErrorAnswer } from '../../shared/error-answer.ts';
import {
  addCorrelationId,
  type CorrelationId,
  identifyMessage,
  readCorrelationId,
  writePath,
} from '../../shared/identify-message.ts';
import { randomUuid } from '../client-requests.ts';
import { findProblem } from '../message-codec.ts';
import type { Frame } from '../platform.ts';
import { parseFrame } from './parse-frame.ts';

interface PendingRequest {
  readonly tab: string;
  readonly operation: OperationDescriptor;
  /** Undefined if the request or a reply has none: then replies are matched to requests in order. */
  readonly id: CorrelationId | undefined;
  /** The tab's own id. */
  readonly original: CorrelationId | undefined;
}

export interface RoutedFrame {
  readonly tabs: readonly string[];
  readonly frame: Frame;
}

const maxPending = 4_096;

/** Servers accept `auth` once a second. */
const authPauseMs = 1_100;

/** Which tab waits for which reply on the shared connection. Ids that two tabs have chosen alike are replaced. */
export class SharedRequests {
  readonly #channel: ChannelDescriptor;
  readonly #pending = new Set<PendingRequest>();
  #lastNumber = 1_000_000;
  /** The tabs that wait for the answer to `auth`. */
  #renewing: string[] = [];
  #lastAuth: { readonly frame: Frame; readonly atMs: number } | null = null;

  constructor(channel: ChannelDescriptor) {
    this.#channel = channel;
  }

  /** The tabs whose `auth` is not answered yet. */
  get renewing(): readonly string[] {
    return this.#renewing;
  }

  /** What to send for a tab, or what to answer without the server. */
  outgoing(tab: string, frame: Frame): { readonly send: Frame } | { readonly answer: Frame | null } {
    const value = parseFrame(frame);
    if (readAuth(this.#channel, value) !== undefined) return this.#renew(tab, frame);
    const descriptor = identifyMessage(this.#channel.receive.filter(isJson), value);
    const operation = this.#channel.operations.find(
      ({ action, messages, reply }) =>
        action === 'receive' && reply !== undefined && messages.includes(descriptor?.name ?? ''),
    );
    if (descriptor === undefined || operation === undefined) return { send: frame };
    const path = this.#areCorrelated(operation) ? descriptor.correlationId : undefined;
    const original = path && readCorrelationId(value, path);
    let request = value;
    if (path !== undefined && [...this.#pending].some(({ id }) => id !== undefined && id === original)) {
      request = this.#withOtherId(descriptor, value, path);
    }
    const id = path && readCorrelationId(request, path);
    this.#pending.add({ tab, operation, id, original });
    const [oldest] = this.#pending;
    if (this.#pending.size > maxPending && oldest !== undefined) this.#pending.delete(oldest);
    return { send: request === value ? frame : JSON.stringify(request) };
  }

  /** The tabs that a frame answers; null if it answers nothing. */
  incoming(frame: Frame, value: unknown, name: string | undefined): RoutedFrame | null {
    if (this.#renewing.length > 0 && readAuthAnswer(this.#channel, value) !== undefined) {
      const tabs = this.#renewing;
      this.#renewing = [];
      this.#lastAuth = { frame, atMs: performance.now() };
      return { tabs, frame };
    }
    for (const request of this.#pending) {
      const { operation, id, original, tab } = request;
      const path = this.#replyPath(operation, name);
      const isReply =
        name !== undefined &&
        operation.reply?.includes(name) === true &&
        (id === undefined || (path && readCorrelationId(value, path)) === id);
      const error = isReply ? undefined : readErrorAnswer(this.#channel, operation, value);
      if (!isReply && (error === undefined || (id !== undefined && id !== error.id))) continue;
      this.#pending.delete(request);
      const isSame = path === undefined || id === original || original === undefined;
      return { tabs: [tab], frame: isSame ? frame : JSON.stringify(writePath(value, path, original)) };
    }
    return null;
  }

  /** Tabs renew at about the same time, and one answer is enough for all of them. */
  #renew(tab: string, frame: Frame): { readonly send: Frame } | { readonly answer: Frame | null } {
    if (this.#lastAuth !== null && performance.now() - this.#lastAuth.atMs < authPauseMs) {
      return { answer: this.#lastAuth.frame };
    }
    this.#renewing.push(tab);
    return this.#renewing.length === 1 ? { send: frame } : { answer: null };
  }

  #withOtherId(descriptor: MessageDescriptor, value: unknown, path: readonly string[]): unknown {
    this.#lastNumber += 1;
    return addCorrelationId(writePath(value, path, undefined), path, {
      text: randomUuid,
      number: () => this.#lastNumber,
      isValid: (candidate) => findProblem(descriptor, candidate) === null,
    });
  }

  #replyPath({ reply = [] }: OperationDescriptor, name: string | undefined): readonly string[] | undefined {
    return this.#channel.send.find((message) =>
      name === undefined || !reply.includes(name) ? reply.includes(message.name) : message.name === name,
    )?.correlationId;
  }

  #areCorrelated({ reply = [] }: OperationDescriptor): boolean {
    return this.#channel.send
      .filter(({ name }) => reply.includes(name))
      .every(({ correlationId }) => correlationId !== undefined);
  }
}

function isJson({ encoding }: MessageDescriptor): boolean {
  return encoding === 'json';
}
