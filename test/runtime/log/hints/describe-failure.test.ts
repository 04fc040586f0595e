import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../../src/runtime/log/hints/describe-failure.ts';

const noUser = { username: undefined, password: undefined };

describe('what is said of a failure', () => {
  it.each([
    ['all that is known of why', new Error('One.', { cause: new Error('two') }), 'One: two'],
    ['the same once', new Error('one', { cause: new Error('one', { cause: new Error('two') }) }), 'one: two'],
    [
      'the last of several errors',
      new AggregateError([new Error('a'), new Error('b')], 'both failed'),
      'both failed: b',
    ],
    ['a code where there is no text', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['what is no error', 'gone\n away', 'gone away'],
    [
      'of TLS what OpenSSL says',
      new Error('00F0:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:a.c:77:'),
      'TLS: wrong version number',
    ],
  ])('is %s', (_what, thrown, text) => {
    expect(describeFailure(thrown, noUser)).toBe(text);
  });

  it('is cut where it is long', () => {
    expect(describeFailure(new Error('x'.repeat(5000)), noUser).length).toBeLessThan(400);
  });

  it('holds neither the password nor a token', () => {
    const thrown = new Error('no user hunter2 with hunter3', { cause: new Error('hunter3') });
    expect(describeFailure(thrown, { username: 'ada', password: 'hunter3' })).toBe(
      'no user hunter2 with ***: ***',
    );
    expect(describeFailure(thrown, { username: 'hunter2', password: undefined })).not.toContain('hunter2');
  });
});
