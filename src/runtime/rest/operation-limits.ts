import { type Limit, type LimitsByName, limitsOf } from '../shared/limits/limit.ts';
import {
  countLimits,
  createLimitCheck,
  type LimitCheck,
  type Limiter,
  tooManyRequests,
} from '../shared/limits/limiter.ts';
import type { OperationDescriptor } from './operation-handlers.ts';

/** The limits of an operation; undefined if nothing is limited. */
export interface OperationLimits {
  /** Checked first, so that requests above them cost little. */
  readonly perAddress: LimitCheck | undefined;
  readonly perUser: LimitCheck | undefined;
}

/** @throws TypeError if a limit of `replaced` cannot be kept */
export function operationLimits(
  { operationId, limits }: OperationDescriptor,
  replaced: LimitsByName,
  limiter: Limiter,
): OperationLimits {
  const all = countLimits(`rest ${operationId}`, limitsOf(operationId, limits, replaced), limiter);
  const check = (checked: Limit['per']): LimitCheck | undefined =>
    createLimitCheck(
      all.filter(({ per }) => per === checked),
      limiter,
    );
  return { perAddress: check('address'), perUser: check('user') };
}

/** @throws PostedError `too_many_requests` */
export async function enforceLimit(
  check: LimitCheck | undefined,
  address: string,
  user: unknown,
): Promise<void> {
  if (check === undefined) return;
  const id = idOf(user);
  const wait = await check({ user: id === null ? undefined : { id }, address });
  if (wait > 0) throw tooManyRequests(wait);
}

/** The id of what a security hook returned; null if it has none. */
export function idOf(user: unknown): string | null {
  const { id } = (user ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : null;
}
