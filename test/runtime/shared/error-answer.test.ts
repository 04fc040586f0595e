import { describe, expect, it } from 'vitest';
import type { ChannelDescriptor, MessageDescriptor } from '../../../src/runtime/shared/descriptor.ts';
import { errorAnswer, readErrorAnswer } from '../../../src/runtime/shared/error-answer.ts';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import { createChannel, createMessage, createOperation } from '../../support/channel.ts';

const operation = createOperation('receive', 'bid', { messages: ['bid'], reply: ['accepted', 'rejected'] });
const busy = new PostedError('unavailable', 'Try again later.', { retryAfterMs: 1000 });
const forbidden = new PostedError('forbidden', 'The auction is closed.');

/** A channel whose replies have a tag and a correlation id at these paths. */
function channelWith(
  tagPath: MessageDescriptor['correlationId'],
  idPath: MessageDescriptor['correlationId'],
  values: readonly string[] = ['accepted', 'rejected'],
): ChannelDescriptor {
  return createChannel({
    send: values.map((value) =>
      createMessage(value, {}, { tag: tagPath && { path: tagPath, values: [value] }, correlationId: idPath }),
    ),
    receive: [createMessage('bid', {})],
    operations: [operation],
  });
}

const plain = channelWith(['type'], ['id']);

describe('an error answer', () => {
  it.each([
    ['a tag and a correlation id', plain, { type: 'error', id: 'r1' }],
    [
      'nested ones',
      channelWith(['headers', 'type'], ['headers', 'id']),
      { headers: { type: 'error', id: 'r1' } },
    ],
    ['neither', channelWith(undefined, undefined), {}],
    ['a tag that a message already uses', channelWith(['type'], ['id'], ['accepted', 'error']), { id: 'r1' }],
    ['a tag and an id where the error is', channelWith(['error', 'type'], ['error']), {}],
  ])('for replies with %s is in the form of the replies', (_, channel, members) => {
    const answer = errorAnswer(channel, operation, 'r1', busy);
    expect(answer).toEqual({
      ...members,
      error: { code: 'unavailable', message: 'Try again later.', retryAfterMs: 1000 },
    });
    const read = readErrorAnswer(channel, operation, JSON.parse(JSON.stringify(answer)));
    expect(read?.id).toBe(JSON.stringify(members).includes('r1') ? 'r1' : undefined);
    expect(read?.error).toBeInstanceOf(PostedError);
    expect(read?.error).toMatchObject({
      code: 'unavailable',
      message: 'Try again later.',
      retryAfterMs: 1000,
    });
  });

  it('has no id if the request has none, and no pause if the error has none', () => {
    const answer = errorAnswer(plain, operation, undefined, forbidden);
    expect(answer).toEqual({
      type: 'error',
      error: { code: 'forbidden', message: 'The auction is closed.' },
    });
    const read = readErrorAnswer(plain, operation, answer);
    expect(read).toMatchObject({ id: undefined, error: { retryAfterMs: undefined } });
  });

  it('never contains the cause of the error', () => {
    const error = PostedError.from(new Error('the password is 1234'));
    expect(JSON.stringify(errorAnswer(plain, operation, 7, error))).not.toContain('1234');
  });

  it.each([
    ['a pause that is not an integer', { retryAfterMs: 'soon' }],
    ['unknown members', { retryAfterMs: undefined, details: {} }],
  ])('is read even if its error has %s', (_, more) => {
    const value = { type: 'error', id: 7, error: { code: 'forbidden', message: '', ...more } };
    expect(readErrorAnswer(plain, operation, value)).toMatchObject({
      id: 7,
      error: { code: 'forbidden', retryAfterMs: undefined },
    });
  });
});

describe('an ordinary message', () => {
  const error = { code: 'forbidden', message: '' };

  it.each([
    ['is not an object', 'error'],
    ['is null', null],
    ['has no error', { type: 'error', id: 'r1' }],
    ['has an unknown code', { type: 'error', error: { code: 'no_funds', message: '' } }],
    ['has the name of a method as its code', { type: 'error', error: { code: 'toString', message: '' } }],
    ['has no message', { type: 'error', error: { code: 'forbidden' } }],
    ['has another tag', { type: 'rejected', id: 'r1', error }],
    ['has no tag', { id: 'r1', error }],
    ['has another member', { type: 'error', id: 'r1', error, cents: 5 }],
  ])('that %s is not an error answer', (_, value) => {
    expect(readErrorAnswer(plain, operation, value)).toBeUndefined();
  });

  it('with another member beside a nested id is not an error answer', () => {
    const nested = channelWith(undefined, ['headers', 'id']);
    expect(readErrorAnswer(nested, operation, { headers: { id: 1 }, error })).toMatchObject({ id: 1 });
    expect(readErrorAnswer(nested, operation, { headers: { id: 1, at: 2 }, error })).toBeUndefined();
    expect(readErrorAnswer(nested, operation, { headers: 1, error })).toBeUndefined();
  });

  it('with the value of the tag that it shares with error answers is not an error answer', () => {
    const taken = channelWith(['type'], ['id'], ['accepted', 'error']);
    expect(readErrorAnswer(taken, operation, { type: 'error', id: 'r1', error })).toBeUndefined();
  });
});
