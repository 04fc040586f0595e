import { describe, expect, it } from 'vitest';
import type { NoteHandlers } from './operations.ts';
import { answerOf, startRest } from './rest-server.ts';

const failed = [500, 'internal: Internal error. Include the request_id when you report it.'];

describe('a response', () => {
  it('has the common headers', async () => {
    const { url } = await startRest({ mounts: { '/healthz': () => new Response('ok') } });
    for (const path of ['/note/get/a', '/note/get/%zz', '/nowhere', '/healthz']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it.each(['trace-1.2_3', 'a'.repeat(64)])('repeats the request id %s of the client', async (id) => {
    const { url } = await startRest();
    const { headers } = await fetch(`${url}/nowhere`, { headers: { 'X-Request-Id': id } });
    expect(headers.get('x-request-id')).toBe(id);
  });

  it.each(['', 'a b', 'a,b', '<script>', 'a'.repeat(65)])('replaces the unsafe request id %j', async (id) => {
    const { url } = await startRest();
    const { headers } = await fetch(`${url}/nowhere`, { headers: { 'X-Request-Id': id } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('to HEAD is the response to GET without its body', async () => {
    const { url, completed } = await startRest();
    const response = await fetch(`${url}/note/get/a`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect((await fetch(`${url}/note/create`, { method: 'HEAD' })).status).toBe(405);
    expect(completed).toEqual([
      ['getNote', 200],
      ['none', 405],
    ]);
  });

  it('is empty if the contract has no content', async () => {
    const { url } = await startRest();
    const headers = { Authorization: 'Bearer of.a' };
    const response = await fetch(`${url}/note/delete/a`, { method: 'PUT', headers });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-length')).toBe('0');
    expect(response.headers.get('content-type')).toBeNull();
  });

  it('that breaks the contract is not sent, but counted and logged without its content', async () => {
    const { url, invalid, logged } = await startRest({
      handlers: { getFirstNote: async () => ({ text: 'much too long to be a note' }) },
    });
    const response = await fetch(`${url}/note/get/first`, { headers: { 'X-Request-Id': 'r1' } });
    expect(await answerOf(response)).toEqual(failed);
    expect(invalid).toEqual([['getFirstNote', 'response']]);
    const [, fields] = logged.find(([level]) => level === 'error') ?? [];
    expect(fields).toMatchObject({ requestId: 'r1', operation: 'getFirstNote' });
    expect(String(fields?.err)).toBe(
      'Error: the response breaks the contract: body /text must NOT have more than 10 characters',
    );
    expect(JSON.stringify(logged)).not.toContain('much too long');
  });

  it('is not sent if it has content and the contract has none', async () => {
    const { url, invalid } = await startRest({
      handlers: { deleteNote: (async () => 'done') as unknown as () => Promise<void> },
    });
    const headers = { Authorization: 'Bearer of.a' };
    const response = await fetch(`${url}/note/delete/a`, { method: 'PUT', headers });
    expect(await answerOf(response)).toEqual(failed);
    expect(invalid).toEqual([['deleteNote', 'response']]);
  });
});

describe('the headers of a response', () => {
  it('are sent as text if the contract declares them', async () => {
    const link = '<?after=b>; rel="next"';
    const { url } = await startRest({
      handlers: { listNotes: async () => ({ headers: { Link: link, 'X-Total': 2 }, body: ['a', 'b'] }) },
    });
    const response = await fetch(`${url}/note/list`);
    expect(response.headers.get('link')).toBe(link);
    expect(response.headers.get('x-total')).toBe('2');
    expect(await answerOf(response)).toEqual([200, ['a', 'b']]);
  });

  it('may be absent unless the contract requires them', async () => {
    const { url } = await startRest();
    const response = await fetch(`${url}/note/list`);
    expect([response.status, response.headers.has('link')]).toEqual([200, false]);
  });

  it.each([
    ['are missing', {}, "headers must have required property 'X-Total'"],
    ['are not an object', undefined, 'headers must be object'],
    ['have the wrong type', { 'X-Total': 'secret' }, 'headers /X-Total must be integer'],
    [
      'are not in the contract',
      { 'X-Total': 1, 'Set-Cookie': 'secret' },
      'headers must NOT have additional properties: unknown property "Set-Cookie"',
    ],
    [
      'would end the header',
      { 'X-Total': 1, Link: 'a\r\nX: secret' },
      'headers /Link must be printable ASCII',
    ],
    ['are not ASCII', { 'X-Total': 1, Link: '<?after=é>' }, 'headers /Link must be printable ASCII'],
  ])(
    'that %s are not sent, but counted and logged without their values',
    async (_title, headers, violation) => {
      const broken = async () => ({ headers, body: [] });
      const { url, invalid, logged } = await startRest({
        handlers: { listNotes: broken as unknown as NoteHandlers['listNotes'] },
      });
      expect(await answerOf(await fetch(`${url}/note/list`))).toEqual(failed);
      expect(invalid).toEqual([['listNotes', 'response']]);
      const [, fields] = logged.find(([level]) => level === 'error') ?? [];
      expect(String(fields?.err)).toBe(`Error: the response breaks the contract: ${violation}`);
      expect(JSON.stringify(logged)).not.toMatch(/secret|é/);
    },
  );

  it('do not spare the body its check', async () => {
    const { url, logged } = await startRest({
      handlers: {
        listNotes: async () => ({ headers: { 'X-Total': 1 }, body: ['much too long to be a note'] }),
      },
    });
    expect(await answerOf(await fetch(`${url}/note/list`))).toEqual(failed);
    const [, fields] = logged.find(([level]) => level === 'error') ?? [];
    expect(String(fields?.err)).toMatch(/body \/0 must NOT have more than 10 characters$/);
  });
});
