import type { ContractNode } from './contract-node.ts';
import { nearestName } from './nearest-name.ts';

/** How often a client may do something. */
export interface LimitModel {
  readonly per: 'user' | 'address';
  readonly rate: number;
  readonly seconds: number;
  /** How many are allowed at once; null for as many as `rate`. */
  readonly burst: number | null;
}

const fields = ['per', 'rate', 'seconds', 'burst'];

const example = '{ per: user, rate: 5, seconds: 1 }';

const maxLimits = 8;

/** Reads the `x-limits` of an object: a limit, or a list of them. Reports what cannot be one, and leaves it out. */
export function readLimits(holder: ContractNode): readonly LimitModel[] {
  const node = holder.get('x-limits');
  if (node === undefined) return [];
  if (!Array.isArray(node.value)) return readLimit(node);
  const { items } = node;
  if (items.length === 0 || items.length > maxLimits) {
    node.report(`x-limits must be a limit, or a list of 1 to ${maxLimits}`, `write one as in \`${example}\``);
  }
  return items.flatMap(readLimit);
}

/** Reports limits by user where no client has one. */
export function checkUsers(holder: ContractNode, limits: readonly LimitModel[], fix: string): void {
  if (limits.some(({ per }) => per === 'user')) {
    holder.reportAt('x-limits', 'a limit per user needs users', fix);
  }
}

function readLimit(node: ContractNode): readonly LimitModel[] {
  const { value } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    node.report('a limit must be an object', `write it as in \`${example}\``);
    return [];
  }
  const { per, rate, seconds, burst } = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(value).filter((field) => !fields.includes(field));
  for (const field of unknown) node.reportAt(field, `a limit has no field \`${field}\``, fixOfUnknown(field));
  const problems = [
    ...(per === 'user' || per === 'address' ? [] : [['per', '`user` or `address`', 'per: user'] as const]),
    ...(isPositive(rate) ? [] : [['rate', 'a number above 0', 'rate: 5'] as const]),
    ...(isPositive(seconds) ? [] : [['seconds', 'a number above 0', 'seconds: 1'] as const]),
    ...(burst === undefined || isCount(burst) ? [] : [['burst', 'an integer above 0', 'burst: 10'] as const]),
  ];
  for (const [field, allowed, text] of problems) {
    if (Object.hasOwn(value, field))
      node.reportAt(field, `\`${field}\` must be ${allowed}`, `write it as in \`${text}\``);
    else node.report(`a limit must have \`${field}\``, `add it, as in \`${example}\``);
  }
  if (problems.length > 0) return [];
  return [{ per, rate, seconds, burst: burst ?? null } as LimitModel];
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && isPositive(value);
}

function fixOfUnknown(field: string): string {
  const nearest = nearestName(field, fields);
  return nearest === null ? 'remove it' : `write \`${nearest}\`, or remove it`;
}
