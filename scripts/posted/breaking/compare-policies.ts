import type { DeliveryModel } from '../asyncapi/contract-model.ts';
import type { LimitModel } from '../contract/limits.ts';
import type { Comparison, Subject } from './comparison.ts';

/** The numbers of `x-delivery` of which more is easier for clients. */
const policies = ['window', 'ackTimeoutMs', 'retentionMs'] as const;

/** Compares two versions of `x-delivery`. */
export function compareDelivery(
  comparison: Comparison,
  subject: Subject,
  old: DeliveryModel,
  current: DeliveryModel,
): void {
  const [before, after] = [new Set(old.messages), new Set(current.messages)];
  for (const message of before.difference(after)) {
    comparison.add('durability-removed', { ...subject, name: `${subject.name} message ${message}` });
  }
  for (const message of after.difference(before)) {
    comparison.add('durability-added', { ...subject, name: `${subject.name} message ${message}` });
  }
  const [width, newWidth] = [widthOf(old), widthOf(current)];
  if (newWidth < width) comparison.add('audience-narrowed', subject);
  if (newWidth > width) comparison.add('audience-widened', subject);
  if (JSON.stringify(old.select?.default) !== JSON.stringify(current.select?.default)) {
    comparison.add('selection-changed', subject);
  }
  for (const policy of policies) {
    const [value, newValue] = [old[policy], current[policy]];
    if (value === newValue || value === null || newValue === null) continue;
    const rule = newValue < value ? 'policy-tightened' : 'policy-relaxed';
    comparison.add(rule, subject, { detail: `\`${policy}\` changes from ${value} to ${newValue}` });
  }
  if (old.slowReader === current.slowReader) return;
  const rule = current.slowReader === 'close' ? 'policy-tightened' : 'policy-relaxed';
  const detail = `\`slowReader\` changes from ${old.slowReader ?? 'lag'} to ${current.slowReader ?? 'lag'}`;
  comparison.add(rule, subject, { detail });
}

/** How many messages a connection gets that asks for nothing. */
function widthOf({ audience }: DeliveryModel): number {
  return audience === 'topic' ? 0 : 1;
}

/** Compares limits of clients. */
export function compareLimits(
  comparison: Comparison,
  subject: Subject,
  old: readonly LimitModel[],
  current: readonly LimitModel[],
): void {
  for (const per of ['user', 'address'] as const) {
    const [before, after] = [old, current].map((limits) =>
      strictest(limits.filter((limit) => limit.per === per)),
    );
    if (before === after) continue;
    const rule = (after ?? 0) < (before ?? 0) ? 'limit-tightened' : 'limit-relaxed';
    comparison.add(rule, subject, {
      detail: `per ${per}: ${perSecond(before)} before, ${perSecond(after)} now`,
    });
  }
}

/** The lowest rate, per second. */
function strictest(limits: readonly LimitModel[]): number {
  return Math.min(Number.POSITIVE_INFINITY, ...limits.map(({ rate, seconds }) => rate / seconds));
}

function perSecond(rate = Number.POSITIVE_INFINITY): string {
  return rate === Number.POSITIVE_INFINITY ? 'unlimited' : `${Number(rate.toPrecision(3))} a second`;
}
