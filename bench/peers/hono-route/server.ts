/** Our route for posts as one would write it with Hono, without a store: it checks the token and the body, and generates an id. */
import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { isCreatePostRequest } from '../../../generated/openapi/validators.ts';
import { singleKey } from '../../../src/feed-server/auth/key-ring.ts';
import { secretKey } from '../../../src/feed-server/auth/keys.ts';
import { createTokens } from '../../../src/feed-server/auth/tokens.ts';

const tokens = createTokens({ keys: singleKey(secretKey(process.env.JWT_SECRET ?? '')) });
const app = new Hono();

app.post('/post/create', async (c) => {
  const [, token = ''] = /^Bearer (.+)$/.exec(c.req.header('Authorization') ?? '') ?? [];
  await tokens.verify(token);
  const body: unknown = await c.req.json();
  if (!isCreatePostRequest(body)) return c.body(null, 400);
  return c.json(randomUUID());
});

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`listening on 127.0.0.1:${port}\n`);
});
