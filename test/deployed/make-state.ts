/**
 * Fills the log of an empty server and prints, as JSON, what clients of that server hold afterwards:
 *
 *     node test/deployed/make-state.ts http://127.0.0.1:8080 > state.json
 *
 * A later server that opens the same log must accept all of it. The script uses only REST and frames,
 * so it can fill a server of any version.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { DeployedState, DeployedUser } from './deployed-state.ts';

const [url = ''] = process.argv.slice(2);
const password = 'correct horse battery staple';
const idempotencyKey = 'b3f1c9de-0001';

const [ada, grace, alan] = await Promise.all(['Ada', 'Grace', 'Alan'].map(register));
if (ada === undefined || grace === undefined || alan === undefined) throw new Error('A user is missing.');
await send('PUT', `/friend/set/${grace.id}`, ada.token);
await send('PUT', `/friend/set/${ada.id}`, grace.token);

const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/post/feed/posted?since=now&device=phone`, {
  headers: { Authorization: `Bearer ${ada.token}` },
});
const cursors: string[] = [];
socket.on('message', (data: Buffer) => {
  const frame: { readonly type: string; readonly cursor: string } = JSON.parse(data.toString());
  if (frame.type === 'post') cursors.push(frame.cursor);
});
await once(socket, 'message');

const posts: DeployedState['posts'][number][] = [];
for (let number = 1; number <= 8; number += 1) {
  const author = number % 2 === 0 ? grace : alan;
  const text = `${author.name}'s post ${number} 👋`;
  const key = number === 8 ? idempotencyKey : null;
  const id = await send(
    'POST',
    '/post/create',
    author.token,
    { text },
    key === null ? {} : { 'Idempotency-Key': key },
  );
  posts.push({ id: String(id), text, author: author.id, idempotencyKey: key });
}
while (cursors.length < posts.length) await once(socket, 'message');
const [, , third = '', , fifth = ''] = cursors;
socket.send(JSON.stringify({ type: 'ack', cursor: third }));
// The server stores acks in batches. Its answer to the close frame shows that it has read the ack before it.
socket.close(1000);
await once(socket, 'close');

const state: DeployedState = {
  password,
  users: [ada, grace, alan].map(({ id, name }) => ({ id, name })),
  friends: [
    { user: ada.id, friend: grace.id },
    { user: grace.id, friend: ada.id },
  ],
  posts,
  device: { user: ada.id, device: 'phone', ackedPosts: 3 },
  held: { user: ada.id, cursor: fifth, receivedPosts: 5 },
};
process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);

async function register(name: string): Promise<DeployedUser & { readonly token: string }> {
  const body = { first_name: name, second_name: 'Lovelace', password };
  const { user_id: id } = Object(await send('POST', '/user/register', null, body));
  const { token } = Object(await send('POST', '/login', null, { id, password }));
  return { id, name, token };
}

async function send(
  method: string,
  path: string,
  token: string | null,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
