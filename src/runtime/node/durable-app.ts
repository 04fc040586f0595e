import { type DeliveredChannel, isDelivered } from '../log/delivery/durable-channel.ts';
import { DurableChannels } from '../log/delivery/durable-channels.ts';
import type { DurableOptions } from '../log/delivery/durable-options.ts';
import { logChannelOf } from '../log/delivery/log-channel.ts';
import type { ReplayObserver } from '../log/delivery/subscriber-source.ts';
import type { AppCore } from '../server/app-core.ts';
import type { Contract } from '../shared/descriptor.ts';
import type { Log } from '../shared/log.ts';
import { createDurablePublishers } from './durable-publishers.ts';
import type { ServedLog } from './served-log.ts';

export interface DurableDeps {
  readonly contract: Contract;
  readonly core: AppCore;
  readonly eventLog: ServedLog;
  readonly options: DurableOptions;
  readonly observer: ReplayObserver;
  readonly log: Log;
}

type Variables = Readonly<Record<string, string>>;

/** The part of an app for channels with durable messages. */
export interface DurableApp {
  readonly channels: DurableChannels;
  readonly durable: (channel: string, params?: object, variables?: Variables) => object;
  readonly logChannel: (channel: string, params?: object, variables?: Variables) => string;
}

/**
 * Null if the contract has no durable messages.
 *
 * @throws TypeError if the log keeps them longer or shorter than the contract says
 */
export function createDurableApp({
  contract,
  core,
  eventLog,
  options,
  observer,
  log,
}: DurableDeps): DurableApp | null {
  const descriptors = Object.values(contract.channels).filter(isDelivered);
  if (descriptors.length === 0) return null;
  checkRetention(descriptors, eventLog.retentionMs);

  const channels = new Map(
    descriptors.map((descriptor) => {
      const { name, address } = descriptor;
      const { rooms, functions } = core.channel(name);
      const parts = {
        descriptor,
        encode: functions.encode as never,
        to: functions.to as never,
        logChannel: (values: { readonly params: object; readonly variables: Variables }) =>
          logChannelOf(name, address, rooms.targetOf(values).key),
      };
      const publishers = createDurablePublishers({
        descriptor,
        eventLog,
        encode: parts.encode,
        options,
      });
      return [name, { parts, rooms, publishers }];
    }),
  );

  function find(name: string) {
    const channel = channels.get(name);
    if (channel !== undefined) return channel;
    throw new TypeError(
      `Channel ${name} has no durable messages. These have: ${[...channels.keys()].join(', ')}.`,
    );
  }

  function logChannel(name: string, params?: object, variables: Variables = {}): string {
    const { parts, rooms } = find(name);
    return parts.logChannel({ params: rooms.check(params), variables });
  }

  return {
    channels: new DurableChannels({
      eventLog,
      channels: [...channels.values()].map(({ parts }) => parts),
      options,
      observer,
      log,
    }),
    durable: (name, params, variables) => find(name).publishers(logChannel(name, params, variables)),
    logChannel,
  };
}

function checkRetention(descriptors: readonly DeliveredChannel[], retentionMs: number): void {
  for (const { name, delivery } of descriptors) {
    if (delivery.retentionMs === undefined || delivery.retentionMs === retentionMs) continue;
    throw new TypeError(
      `Channel ${name} promises to keep messages for ${delivery.retentionMs} ms, but the log keeps them for ${retentionMs} ms. Pass the contract to \`openLog\`, or set its \`retentionMs\`.`,
    );
  }
}
