const iso8601 =
  /^P(?:(?<weeks>\d+)W|(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>[\d.]+)S)?)?)$/;

/** Milliseconds per unit. Months and years have no fixed length. */
const units = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
} as const;

/** A valid duration of the extension in milliseconds: seconds, or a duration of ISO 8601. */
export function durationMs(duration: unknown): number {
  if (typeof duration === 'number') return Math.round(duration * 1000);
  const { groups = {} } = iso8601.exec(String(duration)) ?? {};
  const parts = Object.entries(units).map(([unit, ms]) => Number(groups[unit] ?? 0) * ms);
  return Math.round(parts.reduce((sum, part) => sum + part, 0));
}
