/** Formats integers. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** Formats numbers with three significant digits, and without decimals from 100 on. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `title, unit`, or only the title without a unit. */
export function formatMetric({ title, unit }: { readonly title: string; readonly unit: string }): string {
  return unit === '' ? title : `${title}, ${unit}`;
}
