import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../../../src/runtime/client/node.ts';
import type { Writer, WriterDeps } from '../../../support/history/delivery-app.ts';
import { isWorthRetrying } from '../../../support/history/retry.ts';
import { type OrdersClient, orders } from '../shop/generated/asyncapi/client.ts';
import { cancelledId, noteId, placedId } from './identify.ts';
import { desks, shops } from './shop-readers.ts';

type ShopWriterDeps = WriterDeps & { readonly user: string };

const retryMs = 50;
/** Of a request over WebSocket, whose answer may have been lost. */
const answerTimeoutMs = 2000;

/** A customer of all shops: places orders over WebSocket, and cancels some and adds notes over REST. */
export class ShopWriter implements Writer {
  readonly #deps: ShopWriterDeps;
  readonly #clients = new Map<string, OrdersClient>();
  readonly #open: { readonly shop: string; readonly orderId: string }[] = [];
  #count = 0;

  constructor(deps: ShopWriterDeps) {
    this.#deps = deps;
    const { user, port, onProblem } = deps;
    for (const shopId of shops) {
      const client = connect(orders, {
        url: `ws://127.0.0.1:${port}`,
        params: { shopId },
        auth: user,
        query: { show: 'notes' },
        resume: false,
        reconnect: { baseMs: 50, maxMs: 500 },
        onError: (error) => onProblem(`${user}: ${error.code}: ${error.message}`),
      });
      client.on.noteAdded(() => {});
      this.#clients.set(shopId, client);
    }
  }

  async welcome(): Promise<void> {
    for (const shop of shops) {
      await this.#placeOrder(shop);
      for (const desk of desks) await this.#addNote(shop, desk);
    }
  }

  /** Places an order, adds a note or cancels an order. */
  async write(): Promise<void> {
    const { random } = this.#deps;
    const shop = random.pick(shops);
    const share = random.between(0, 1);
    if (share < 0.25) await this.#addNote(shop, random.pick(desks));
    else if (share < 0.4) await this.#cancelOrder();
    else await this.#placeOrder(shop);
  }

  async #placeOrder(shop: string): Promise<void> {
    const { user, recorder, latencies, server } = this.#deps;
    this.#count += 1;
    const cents = this.#count;
    latencies.requested(placedId(user, cents), server());
    const answer = await recorder.write(placedId(user, cents), () => this.#requestUntilAnswered(shop, cents));
    if (answer !== null) this.#open.push({ shop, orderId: answer });
  }

  async #addNote(shop: string, desk: string): Promise<void> {
    const { user, rest, recorder, latencies } = this.#deps;
    this.#count += 1;
    const note = `${user}-${this.#count}`;
    const path = `/shops/${shop}/desks/${desk}/notes/${note}`;
    const onAttempt = (server: number): void => latencies.requested(noteId(note), server);
    await recorder.write(noteId(note), () =>
      rest.requestUntilAnswered({ method: 'PUT', path, token: user, onAttempt }),
    );
  }

  async #cancelOrder(): Promise<void> {
    const { user, rest, recorder } = this.#deps;
    const order = this.#open.shift();
    if (order === undefined) return;
    const path = `/shops/${order.shop}/orders/${order.orderId}/cancel`;
    await recorder.write(cancelledId(order.orderId), () =>
      rest.requestUntilAnswered({ method: 'POST', path, token: user }),
    );
  }

  async #requestUntilAnswered(shop: string, cents: number): Promise<string | null> {
    const { signal } = this.#deps;
    const client = this.#clients.get(shop);
    if (client === undefined) throw new Error(`there is no shop ${shop}`);
    while (!signal.aborted) {
      try {
        const answer = await client.placeOrder(
          { cents, key: `order-${cents}` },
          { timeoutMs: answerTimeoutMs, whenOffline: 'wait', signal },
        );
        return answer.orderId;
      } catch (thrown) {
        if (signal.aborted) break;
        if (!isWorthRetrying(thrown)) throw thrown;
        await delay(retryMs);
      }
    }
    return null;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await Promise.all([...this.#clients.values()].map((client) => client.closed.catch(() => {})));
  }
}
