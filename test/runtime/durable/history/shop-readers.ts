import type { PlannedMembership, PlannedReader } from '../../../support/history/delivery-schedule.ts';

export interface ShopReader extends PlannedReader {
  readonly shop: string;
  /** The chosen groups; undefined for the default. */
  readonly show: string | undefined;
}

export const shops = ['s1', 's2', 's3'];
/** The desk without members. */
const strangeDesk = 'z';
export const desks = ['a', 'b', strangeDesk];
const audiences = ['everyone', 'topic'] as const;
const shown = [undefined, 'orders,notes', 'notes'];
const cursorKinds = ['memory', 'store', 'server', 'snapshot', 'store'] as const;

/** Thirty readers cover every combination of audience, groups and cursor. */
export function planShopReader(index: number, count: number): ShopReader {
  const isPlain = count >= 8 && index >= count - 2;
  const cursors = isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory');
  const isSnapshot = cursors === 'snapshot';
  return {
    user: `user${index}`,
    shop: shops[Math.floor(index / 2) % shops.length] ?? '',
    // A snapshot has all orders of a shop, and nothing else.
    audience: isSnapshot ? 'everyone' : (audiences[index % audiences.length] ?? 'everyone'),
    show: isSnapshot ? undefined : shown[index % shown.length],
    cursors,
    isUndisturbed: false,
  };
}

export const undisturbedReader: ShopReader = {
  user: 'undisturbed',
  shop: shops[0] ?? '',
  audience: 'everyone',
  show: 'orders,notes',
  cursors: 'memory',
  isUndisturbed: true,
};

/** Everybody joins the topics of their shop, without the desk that has no members. */
export function membershipsOf({ user, shop, audience }: ShopReader): readonly PlannedMembership[] {
  const topics = [shop, ...desks.filter((desk) => desk !== strangeDesk).map((desk) => `${shop}-${desk}`)];
  return topics.map((topic) => ({ user, topic, isMember: true, isPermanent: audience === 'everyone' }));
}
