import { expect, it } from 'vitest';
import { type Answer, registerUser, request, startFeed } from '../support/feed-server.ts';

function upper(id: unknown): string {
  return String(id).toUpperCase();
}

function ok(body?: unknown): object {
  return { status: 200, body };
}

it('accepts UUIDs in upper case (RFC 9562), and sends them in lower case', async () => {
  const { url } = await startFeed();
  const [ada, bob] = await Promise.all([registerUser(url), registerUser(url, 'Bob')]);
  const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(url, method, path, { token: ada.token, body });

  const { body: id } = await ada.post('hello');
  expect(await send('PUT', `/friend/set/${upper(bob.id)}`)).toMatchObject(ok());
  const { body: bobs } = await bob.post('from Bob');
  expect(await send('GET', '/post/feed')).toMatchObject(
    ok([{ id: bobs, text: 'from Bob', author_user_id: bob.id }]),
  );
  expect(await send('PUT', `/friend/delete/${upper(bob.id)}`)).toMatchObject(ok());
  expect(await send('GET', '/post/feed')).toMatchObject(ok([]));
  expect(await send('GET', `/user/get/${upper(bob.id)}`)).toMatchObject(ok({ id: bob.id }));
  expect((await send('GET', `/user/search?first_name=A&last_name=L&after=${upper(bob.id)}`)).status).toBe(
    200,
  );

  expect(await send('PUT', '/post/update', { id: upper(id), text: 'hello again' })).toMatchObject(ok());
  expect(await send('GET', `/post/get/${upper(id)}`)).toMatchObject(ok({ id, text: 'hello again' }));
  expect(await send('PUT', `/post/like/${upper(id)}`)).toMatchObject(ok());
  expect(await send('GET', `/post/likes/${upper(id)}`)).toMatchObject(ok({ count: 1, user_ids: [ada.id] }));
  expect(await send('PUT', `/post/unlike/${upper(id)}`)).toMatchObject(ok());
  const { body: comment } = await send('POST', '/comment/create', { post_id: upper(id), text: 'a comment' });
  expect(await send('GET', `/comment/list/${upper(id)}`)).toMatchObject(
    ok({ comments: [{ id: comment, post_id: id }] }),
  );
  expect(await send('PUT', `/comment/delete/${upper(comment)}`)).toMatchObject(ok());
  expect(await send('PUT', `/post/delete/${upper(id)}`)).toMatchObject(ok());

  const login = { id: upper(ada.id), password: 'correct horse battery staple' };
  expect((await send('POST', '/login', login)).status).toBe(200);
});
