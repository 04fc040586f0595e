import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { runClient } from '../../../src/feed-server/commands/client-run.ts';

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runClient({ args, env, stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

const url = 'ws://localhost:8080';

describe('the command line of the test client', () => {
  it('has a help text', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of [
      '--id',
      '--password',
      '--audience',
      '--events',
      '--json',
      '--no-reconnect',
      'POSTED_TOKEN',
      'POSTED_PASSWORD',
    ]) {
      expect(stdout).toContain(word);
    }
    expect(stdout).toContain('can see the command line');
  });

  it.each([
    ['no URL', [], {}, 'The URL of the server is missing'],
    ['no token', [url], {}, 'The token is missing'],
    ['an empty token', [url, ''], {}, 'The token is missing'],
    ['an invalid token', [url, 'two lines'], {}, 'must be a bearer token'],
    ['too many arguments', [url, 'secret', 'more'], {}, 'Too many arguments'],
    ['a server that is not a URL', ['localhost:8080', 'secret'], {}, 'must start with ws'],
    ['a URL with another scheme', ['ftp://localhost', 'secret'], {}, 'must start with ws'],
    ['a URL with a query', [`${url}?audience=friends`, 'secret'], {}, 'a query'],
    ['a URL with a password', ['ws://me:secret@localhost', 'secret'], {}, 'a user'],
    ['an unknown audience', [url, 'secret', '--audience', 'nobody'], {}, '--audience'],
    ['an unknown event', [url, 'secret', '--events', 'posts,polls'], {}, 'events'],
    ['an unknown option', [url, 'secret', '--jsn'], {}, '--jsn'],
    ['an option without its value', [url, '--id'], {}, '--id'],
    ['an id without a password', [url, '--id', '1'], {}, 'The password is missing'],
    ['a password without an id', [url, 'secret', '--password', 'secret'], {}, '--password requires --id'],
    ['a token and an id', [url, 'secret', '--id', '1'], { POSTED_PASSWORD: 'secret' }, 'not both'],
  ])('is refused with %s', async (_, args, env, problem) => {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/See --help\.\n$/);
    expect(stderr).not.toContain('secret');
  });
});
