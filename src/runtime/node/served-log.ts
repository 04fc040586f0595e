import type { OpenLog } from '../log/index.ts';
import type { ChannelTypes, ChannelTypesOf, ContractTypes } from '../server/types.ts';

/** The log of a server with durable messages: `openLog` of posted/log opens it. */
export type ServedLog = Pick<
  OpenLog,
  | 'engine'
  | 'tail'
  | 'topicsOf'
  | 'append'
  | 'appendOnce'
  | 'revoke'
  | 'dependencies'
  | 'isShared'
  | 'retentionMs'
  | 'maxDevicesPerUser'
  | 'sharedLimits'
  | 'share'
>;

/** Required if a channel of the contract has durable messages. */
export type EventLogOption<Types extends ContractTypes> = [DurableName<Types>] extends [never]
  ? { readonly eventLog?: ServedLog }
  : {
      /** Where durable messages are kept. The server does not close it: pass it as `resources` to `listen`. */
      readonly eventLog: ServedLog;
    };

/** The channels with durable messages. */
export type DurableName<Types extends ContractTypes> = {
  [Name in keyof Types['channels'] & string]: ChannelTypesOf<Types, Name> extends ChannelTypes & {
    readonly durable: object;
  }
    ? Name
    : never;
}[keyof Types['channels'] & string];
