/** How often something may happen. */
export interface Rate {
  /** How many are allowed in `seconds`. */
  readonly rate: number;
  readonly seconds: number;
  /** How many are allowed at once after a pause. Default: `rate`, at least 1. */
  readonly burst?: number;
}

/** How often a client may do something: `x-limits` of a contract, and the option `limits` of a server. */
export interface Limit extends Rate {
  /** Whose messages and requests are counted together. A client without a user is known by its address. */
  readonly per: 'user' | 'address';
}

/** The limits of an operation, all of which hold. None replaces those of the contract, too. */
export type Limits = Limit | readonly Limit[];

/** The names of operations with the limits that replace those of the contract. */
export type LimitsByName<Name extends string = string> = Readonly<Partial<Record<Name, Limits>>>;

export function burstOf({ rate, burst = Math.max(1, Math.floor(rate)) }: Rate): number {
  return burst;
}

/**
 * The limits of an operation: those of the option, or else those of the contract.
 *
 * @throws TypeError if a limit of the option cannot be kept
 */
export function limitsOf(
  operation: string,
  contract: readonly Limit[] | undefined,
  option: LimitsByName,
): readonly Limit[] {
  const replaced = Object.hasOwn(option, operation) ? option[operation] : undefined;
  if (replaced === undefined) return contract ?? [];
  const limits = [replaced].flat();
  for (const limit of limits) checkLimit(operation, limit);
  return limits;
}

/** @throws TypeError that names the operations there are */
export function checkNames(option: LimitsByName, names: readonly string[]): void {
  const unknown = Object.keys(option).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.length === 0 ? 'there are none' : `use one of ${names.join(', ')}`;
  throw new TypeError(
    `The option limits has ${unknown}, which is not an operation that clients start: ${known}.`,
  );
}

function checkLimit(operation: string, { per, rate, seconds, burst = 1 }: Limit): void {
  const isSound =
    (per === 'user' || per === 'address') &&
    isPositive(rate) &&
    isPositive(seconds) &&
    Number.isSafeInteger(burst) &&
    burst >= 1;
  if (isSound) return;
  throw new TypeError(
    `The limit of ${operation} must be as in { per: 'user', rate: 5, seconds: 1 }, with per 'user' or 'address', positive numbers, and an integer as burst.`,
  );
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}
