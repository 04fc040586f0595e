import type { ErrorObject, ValidateFunction } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';
import type { ContractNode } from '../../contract/contract-node.ts';
import { splitPointer } from '../../contract/json-pointer.ts';
import { createAjv } from '../../schemas/compiler.ts';
import type { SchemaObject } from '../../schemas/json-schema.ts';
import type { DeliveryModel } from '../contract-model.ts';
import { durationMs } from './durations.ts';
import extensionSchema from './x-delivery.schema.json' with { type: 'json' };

export interface ReadDelivery extends DeliveryModel {
  /** The query parameter with which a connection becomes resumable. */
  readonly resume: string;
}

/** A value of the extension that its schema accepts. */
interface Extension {
  readonly messages: readonly string[];
  readonly audience: 'everyone' | 'topic' | { readonly query: string; readonly topic?: string };
  readonly resume?: string;
  readonly window?: number;
  readonly slowReader?: 'lag' | 'close';
}

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
    for (const error of compiled.errors ?? []) reportError(node, error);
    return null;
  }
  const { messages, audience, resume = 'since', window, slowReader } = node.value as Extension;
  const duration = (field: DurationField): number | null => readDuration(node, field);
  return {
    messages,
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

function readDuration(node: ContractNode, field: DurationField): number | null {
  const duration = node.get(field);
  if (duration === undefined) return null;
  const { minMs, maxMs, text } = limits[field];
  const ms = durationMs(duration.value);
  if (ms >= minMs && ms <= maxMs) return ms;
  duration.report(`\`${field}\` must be ${text}`, `write it as in \`${exampleOf(field)}\``);
  return null;
}

const fields: Readonly<Record<string, SchemaObject>> = extensionSchema.properties;

function reportError(node: ContractNode, { keyword, instancePath, params }: ErrorObject): void {
  const [field] = splitPointer(instancePath);
  if (field !== undefined) {
    const what = `\`${field}\` must be ${String(fields[field]?.title)}`;
    node.reportAt(field, what, `write it as in \`${exampleOf(field)}\``);
  } else if (keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty);
    node.reportAt(unknown, `x-delivery has no field \`${unknown}\``, fixOfUnknown(unknown));
  } else if (keyword === 'required') {
    const missing = String(params.missingProperty);
    node.report(`x-delivery must have \`${missing}\``, `add it, as in \`${exampleOf(missing)}\``);
  } else {
    node.report('x-delivery must be an object', `write it as in \`{ ${exampleOf('messages')}, … }\``);
  }
}

function exampleOf(field: string): string {
  const [example] = Object(fields[field]).examples;
  return `${field}: ${Array.isArray(example) ? `[${example.join(', ')}]` : String(example)}`;
}

function fixOfUnknown(unknown: string): string {
  const names = Object.keys(fields);
  const nearest = closest(unknown, names);
  return distance(unknown, nearest) <= 3
    ? `write \`${nearest}\`, or remove it`
    : `remove it, or use one of ${names.map((name) => `\`${name}\``).join(', ')}`;
}
