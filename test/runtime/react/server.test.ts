import { useChannel, useStatus } from 'posted/react';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { chat } from '../client/chat-channel.ts';
import { startChatServer } from '../client/chat-server.ts';

it('on a server, a component has no client, is connecting, and opens no connection', async () => {
  const server = await startChatServer();
  let client: unknown = 'not rendered';
  const Chat = () => {
    const opened = useChannel(chat, { url: server.url, auth: 'token', params: { room: 'lobby' } }, {});
    client = opened;
    return createElement('p', null, useStatus(opened).state);
  };
  expect(renderToString(createElement(Chat))).toBe('<p>connecting</p>');
  expect(client).toBeNull();
  await new Promise((resolve) => setImmediate(resolve));
  expect(server.handshakes).toHaveLength(0);
});
