import type { Rate } from 'posted/server';
import type { Kind } from './kinds.ts';
import { quote } from './setting-text.ts';

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Rates that all hold. */
export const rates: Kind<readonly Rate[]> = {
  allowed: 'a comma-separated list of rates such as 5/10s (5 in 10 seconds), 30/6h or 100/1d, or none',
  json: 'array',
  parse: (text) => Object.freeze(text === 'none' ? [] : text.split(',').map(parseRate)),
};

function parseRate(text: string): Rate {
  const [, rate, time, unit = ''] = /^ *([1-9]\d{0,6})\/([1-9]\d{0,6})([smhd]) *$/.exec(text) ?? [];
  const unitSeconds = secondsOf[unit];
  if (unitSeconds === undefined) throw new Error(`${quote(text.trim())} is not allowed`);
  return Object.freeze({ rate: Number(rate), seconds: Number(time) * unitSeconds });
}
