/** A duration: milliseconds, or a number with its unit, such as `'90s'` or `'1.5h'`. */
export type Duration = number | `${number}${keyof typeof unitMs}`;

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @throws TypeError if it is not a duration, or negative */
export function parseDuration(duration: Duration): number {
  const [, number = '', unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(duration)) ?? [];
  if (number !== '') return Number(number) * unitMs[unit as keyof typeof unitMs];
  throw new TypeError(
    `${String(duration)} is not a duration. Use milliseconds, or a number with ms, s, m, h or d, such as '90s'.`,
  );
}
