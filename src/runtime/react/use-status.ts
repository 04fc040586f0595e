import type { ClientStatus, ObservableStatus } from 'posted/client';
import { useSyncExternalStore } from 'react';

const connecting: ClientStatus = { state: 'connecting' };
const none: ObservableStatus = { value: connecting, subscribe: () => () => {} };

/**
 * The status of a client, which renders the component again when it changes. Without a client, on a server and during
 * hydration, it is `connecting`.
 */
export function useStatus(client: { readonly status: ObservableStatus } | null): ClientStatus {
  const status = client?.status ?? none;
  return useSyncExternalStore(
    status.subscribe,
    () => status.value,
    () => connecting,
  );
}
