import {
  type ChannelTypes,
  type ClientChannel,
  type ConnectOptions,
  connect,
  type ObservableStatus,
} from 'posted/client';
import { useEffect, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { ChannelStore } from './channel-store.ts';
import { withLatestFunctions } from './latest-functions.ts';

/** What the generated clients of all channels have in common. */
export interface AnyClient {
  readonly on: object;
  readonly status: ObservableStatus;
  close(): void;
}

/** Handlers by the names of messages, as a client's `on` takes them. */
export type MessageHandlers<Client extends AnyClient> = {
  readonly [Name in keyof Client['on']]?: Client['on'][Name] extends (handler: infer Handler) => unknown
    ? Handler
    : never;
};

/**
 * The client of a channel while the component is mounted: the same one in each render, and another one when the channel
 * or the data in the options change. Null on a server, during hydration, and while `options` is null. Without a
 * component, the client is closed.
 *
 * Functions, in the options and in `handlers`, may be new in each render: the client calls the latest. `cursor` and
 * `signal` are those of the render in which the client was opened.
 *
 * Without `handlers`, messages wait until the component adds some with `on`, in an effect, or reads `messages()`.
 *
 * @throws PostedClientError `invalid_options`, which reaches the nearest error boundary
 */
export function useChannel<Client extends AnyClient, Types extends ChannelTypes>(
  channel: ClientChannel<Client, Types>,
  options: NoInfer<ConnectOptions<Types>> | null,
  handlers?: NoInfer<MessageHandlers<Client>>,
): Client | null {
  const latest = useRef({ options, handlers });
  // Before all other effects, so that those never see functions of an earlier render.
  useInsertionEffect(() => {
    latest.current = { options, handlers };
  });

  const store = useMemo(
    () =>
      options === null
        ? null
        : new ChannelStore(() =>
            connect(
              channel,
              withLatestFunctions(options, () => latest.current.options),
            ),
          ),
    [channel, dataOf(options)],
  );
  const client = useSyncExternalStore<Client | null>(
    store?.subscribe ?? subscribeToNothing,
    store?.current ?? nothing,
    nothing,
  );

  const hasHandlers = handlers !== undefined;
  useEffect(() => {
    if (client === null || !hasHandlers) return undefined;
    return addHandlers(client, () => latest.current.handlers);
  }, [client, hasHandlers]);
  return client;
}

const nothing = () => null;
const subscribeToNothing = () => nothing;

/** What makes a client another one. Functions have no place in JSON. */
function dataOf(options: object | null): string {
  return JSON.stringify(options && { ...options, cursor: null, signal: null });
}

type On = Readonly<Record<string, (handler: (message: unknown) => unknown) => () => void>>;
type Handlers = Readonly<Record<string, ((message: unknown) => unknown) | undefined>>;

/** Adds a handler of every message, since the latest handlers may have others than the present ones. */
function addHandlers(client: AnyClient, latest: () => object | undefined): () => void {
  const stops = Object.entries(client.on as On).map(([name, add]) =>
    add((message) => (latest() as Handlers | undefined)?.[name]?.(message)),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
