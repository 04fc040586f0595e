import type { ValidateFunction } from 'ajv';
import type { ContractNode } from '../../contract/contract-node.ts';
import { createAjv } from '../../schemas/compiler.ts';
import type { DeliveryModel, SelectionModel } from '../contract-model.ts';
import { durationMs } from './durations.ts';
import { exampleOf, reportRefused } from './report-refused.ts';
import extensionSchema from './x-delivery.schema.json' with { type: 'json' };

export interface ReadDelivery extends DeliveryModel {
  /** The query parameter with which a connection becomes resumable. */
  readonly resume: string;
}

/** A value of the extension that its schema accepts. */
type Extension = Messages & {
  readonly audience: 'everyone' | 'topic' | { readonly query: string; readonly topic?: string };
  readonly resume?: string;
  readonly window?: number;
  readonly slowReader?: 'lag' | 'close';
};

/** Groups are selected, and a list is not. */
type Messages =
  | { readonly messages: readonly string[]; readonly select?: undefined }
  | {
      readonly messages: Readonly<Record<string, readonly string[]>>;
      readonly select: Omit<SelectionModel, 'groups'>;
    };

const hourMs = 3_600_000;

/** The limits of the durations. */
const limits = {
  ackTimeout: { minMs: 1000, maxMs: hourMs, text: '1 second to 1 hour' },
  checkpoint: { minMs: 1000, maxMs: hourMs, text: '1 second to 1 hour' },
  heartbeat: { minMs: 1000, maxMs: hourMs, text: '1 second to 1 hour' },
  retention: { minMs: 1000, maxMs: 3_153_600_000_000, text: '1 second to 100 years' },
} as const;

type DurationField = keyof typeof limits;

let compiled: ValidateFunction | null = null;

/** Reads a channel's `x-delivery`. Reports what its schema refuses; null if there is something. */
export function readDelivery(node: ContractNode): ReadDelivery | null {
  // Compiled on demand, because few contracts have the extension.
  compiled ??= createAjv('draft-07', { allErrors: true }).compile(extensionSchema);
  if (!compiled(node.value)) {
    for (const error of compiled.errors ?? []) reportRefused(node, error);
    return null;
  }
  const extension = node.value as Extension;
  const { audience, resume = 'since', window, slowReader } = extension;
  const duration = (field: DurationField): number | null => readDuration(node, field);
  return {
    ...readMessages(extension),
    audience: typeof audience === 'string' ? audience : { topic: 'topic', ...audience },
    resume,
    window: window ?? null,
    slowReader: slowReader ?? null,
    ackTimeoutMs: duration('ackTimeout'),
    checkpointMs: duration('checkpoint'),
    heartbeatMs: duration('heartbeat'),
    retentionMs: duration('retention'),
  };
}

function readMessages({ messages, select }: Messages): Pick<DeliveryModel, 'messages' | 'select'> {
  if (select === undefined) return { messages, select: null };
  return {
    messages: [...new Set(Object.values(messages).flat())],
    select: { ...select, groups: messages },
  };
}

function readDuration(node: ContractNode, field: DurationField): number | null {
  const duration = node.get(field);
  if (duration === undefined) return null;
  const { minMs, maxMs, text } = limits[field];
  const ms = durationMs(duration.value);
  if (ms >= minMs && ms <= maxMs) return ms;
  duration.report(`\`${field}\` must be ${text}`, `write it as in \`${exampleOf(field)}\``);
  return null;
}
