import type { Kind } from './kinds.ts';

export interface Setting<Value> {
  /** Its name in the environment and in the config file. */
  readonly name: string;
  readonly description: string;
  readonly kind: Kind<Value>;
  /** The text to parse if the setting is not set. */
  readonly fallback?: string;
  /** Replaces `fallback` in production mode. */
  readonly productionFallback?: string;
}
