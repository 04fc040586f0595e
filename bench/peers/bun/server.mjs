// Bun's WebSocket server with publish and subscribe. JavaScript, because the types of Bun's globals are not
// installed.
import { randomUUID } from 'node:crypto';

// Replaces the user that the token of a post would name.
const author = randomUUID();

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  // Seconds that a connection for posts may be idle.
  idleTimeout: 65,
  routes: {
    '/post/feed/posted': (request) => {
      if (!server.upgrade(request)) return new Response(null, { status: 400 });
    },
    '/post/create': {
      async POST(request) {
        const { text } = await request.json();
        if (typeof text !== 'string') return new Response(null, { status: 400 });
        const payload = { postId: randomUUID(), postText: text, author_user_id: author };
        server.publish('posts', JSON.stringify({ type: 'post', payload }));
        return new Response();
      },
    },
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    sendPings: false,
    open(socket) {
      socket.subscribe('posts');
    },
    message() {},
  },
});
process.stdout.write(`listening on 127.0.0.1:${server.port}\n`);
