import { checkSync } from 'recheck';
import { describe, expect, it } from 'vitest';
import { isDeterministic } from '../../scripts/posted/schemas/deterministic-pattern.ts';

describe('a deterministic pattern', () => {
  it.each([
    '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
    '^[A-Z]+(, [A-Z]+)*$',
    '^-?\\d+(?:\\.\\d{1,2})?$',
    '^(?:ab|cd)*e$',
    '^[a-z]{2}[a-z]{3}x*$',
    '^(a|b)+$',
    '^(?:likes|changes|comments)(,(likes|changes|comments))*$',
  ])('needs no analysis: %s', (pattern) => {
    expect(isDeterministic(pattern)).toBe(true);
    expect(checkSync(pattern, 'u').status).toBe('safe');
  });

  it.each([
    '^(a+)+$',
    '^(a|a)*$',
    '^(a*)*$',
    '^[a-z]*[a-f]*$',
    '^a?[a-z]+$',
    '^(?:ab|a)*$',
    '^\\w+\\d+$',
    '^[^x]+y$',
    '^é+e+é$',
    '^a{1,9}a{1,9}$',
    '^(ab?){2}b$',
    'a+$',
    '^b|a*$',
    '^(?:ab|abab)*$',
    '^(ab|ac)*a*$',
    '^a+',
    '^a+\\$',
    '^(?=a)a+$',
    '^(a)\\1+$',
    '^(?<n>a)+$',
    '^\\p{L}+x$',
  ])('is not one that may be ambiguous, or is not understood: %s', (pattern) => {
    expect(isDeterministic(pattern)).toBe(false);
  });
});
