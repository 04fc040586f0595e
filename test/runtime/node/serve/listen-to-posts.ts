import { onTestFinished } from 'vitest';
import type { ListenOptions } from '../../../../src/runtime/node/listen-options.ts';
import type { Running } from '../../../../src/runtime/node/running.ts';
import { feedPath, ignoreAcks, type PostsApp } from './posts-app.ts';

/** Completes the app, which ignores what clients send, and serves it on a free port until the test ends. */
export async function listenToPosts(
  app: PostsApp,
  options: ListenOptions = {},
): Promise<Running & { readonly socketUrl: string }> {
  const server = app.handle({ postFeedPosted: ignoreAcks });
  const running = await server.listen({ port: 0, signals: false, ...options });
  onTestFinished(async () => {
    await running.close({ drain: false });
  });
  return { ...running, socketUrl: `${running.url.replace('http', 'ws')}${feedPath}` };
}
