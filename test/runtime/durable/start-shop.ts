import { onTestFinished } from 'vitest';
import { makeDataDir } from '../../support/feed-server.ts';
import { bearer, connectClient, type TestClient } from '../../support/websocket.ts';
import { createShop, type ShopOptions } from './shop/shop.ts';

/** Serves the shop on a free port until the test ends. */
export async function startShop({ database, ...options }: Partial<ShopOptions> = {}) {
  const shop = await createShop({ database: database ?? { folder: await makeDataDir() }, ...options });
  const running = await shop.server.listen({ port: 0, signals: false, resources: shop.eventLog });
  onTestFinished(async () => {
    await running.close({ drain: false });
  });
  const socketUrl = running.url.replace('http', 'ws');
  return {
    ...shop,
    running,
    url: running.url,
    /** Connects to a path, such as `/shops/s1/orders?since=now`. */
    connect: (path: string, user = 'ann'): Promise<TestClient> =>
      connectClient(`${socketUrl}${path}`, bearer(user)),
  };
}

/** A frame without its cursor, as JSON text. */
export function withoutCursor(frame: string): string {
  const { cursor: _cursor, ...content } = JSON.parse(frame);
  return JSON.stringify(content);
}

export function cursorOf(frame: string | undefined): string {
  return JSON.parse(frame ?? '{}').cursor;
}

export function typesOf(frames: readonly string[]): readonly string[] {
  return frames.map((frame) => JSON.parse(frame).type);
}
