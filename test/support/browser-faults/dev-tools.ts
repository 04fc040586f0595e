import { once } from 'node:events';

type Params = Readonly<Record<string, unknown>>;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * A connection to the DevTools of a browser or a tab. Playwright keeps its pages visible and out of the back-forward cache,
 * so it cannot show what happens to a page that is frozen or restored.
 */
export class DevTools {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Map<string, (params: Params) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data))));
    socket.addEventListener('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the browser has ended'));
      this.#pending.clear();
    });
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    const tools = new DevTools(socket);
    await once(socket, 'open');
    return tools;
  }

  async send<Result = unknown>(method: string, params: Params = {}): Promise<Result> {
    this.#lastId += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(this.#lastId, answer);
    this.#socket.send(JSON.stringify({ id: this.#lastId, method, params }));
    return (await answer.promise) as Result;
  }

  /** One listener for each event. */
  on(method: string, listener: (params: Params) => void): void {
    this.#listeners.set(method, listener);
  }

  #receive({ id, method, params, result, error }: Answer): void {
    if (method !== undefined) this.#listeners.get(method)?.(params ?? {});
    if (id === undefined) return;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new Error(error.message));
  }
}
