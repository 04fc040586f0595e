import type { ContractNode } from './contract-node.ts';

/** The names of the `{parameters}` of a channel address or a path, in order. */
export function parameterNamesOf(address: string): readonly string[] {
  return [...address.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** Reports an address that no request could match, or that one request could match in two ways. */
export function checkAddress(address: string, report: (what: string, fix: string) => void): void {
  if (!address.startsWith('/'))
    report('an address must start with a slash', 'write it as a URL path, such as `/rooms/{room}`');
  if (/[?#]/.test(address)) report('an address must not contain a query or a fragment', 'keep only the path');
  const names = parameterNamesOf(address);
  const literals = address.replaceAll(/\{[^{}]*\}/g, '\0');
  if (/[{}]/.test(literals) || names.includes(''))
    report('the braces of the address do not match', 'write each parameter as `{name}`');
  if (literals.includes('\0\0'))
    report('two parameters of the address are adjacent', 'put a character between them');
  if (new Set(names).size < names.length)
    report('the address contains a parameter twice', 'use each parameter once');
}

/** Reports each parameter of an address that is not declared, and each declared parameter that is not in the address. */
export function checkParameterNames(
  node: ContractNode,
  address: string,
  declared: readonly (readonly [name: string, node: ContractNode])[],
): void {
  const names = parameterNamesOf(address);
  for (const name of names.filter((parameter) => !declared.some(([known]) => known === parameter))) {
    node.reportAt(
      'parameters',
      `the parameter \`{${name}}\` of ${address} is not declared`,
      `declare \`${name}\` under \`parameters\``,
    );
  }
  for (const [name, parameter] of declared.filter(([known]) => !names.includes(known))) {
    parameter.report(
      `${address} does not contain \`{${name}}\``,
      'remove the parameter, or add it to the address',
    );
  }
}

/**
 * Orders addresses that some path matches: of two segments, one without parameters is more literal than one with literal
 * text, and that one more than a parameter alone; of two with literal text, the one with more of it is. The first segment in
 * which they differ decides. Zero: neither is more literal.
 */
export function compareLiterals(one: string, other: string): number {
  const [segments, others] = [one.split('/'), other.split('/')];
  for (const [index, segment] of segments.entries()) {
    const difference = parametersRank(segment) - parametersRank(others[index] ?? '');
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Smaller for a more literal segment. */
function parametersRank(segment: string): number {
  if (!segment.includes('{')) return 0;
  return 1 / (1 + literalsOf(segment).length);
}

function literalsOf(segment: string): string {
  return segment.replaceAll(/\{[^{}]*\}/g, '');
}

/** Whether the addresses match the same paths: they differ at most in the names of their parameters. */
export function areEquivalent(one: string, other: string): boolean {
  return shapeOf(one) === shapeOf(other);
}

function shapeOf(address: string): string {
  return address.replaceAll(/\{[^{}]*\}/g, '{}');
}

/** Whether some path matches both addresses. */
export function overlap(one: string, other: string): boolean {
  const segments = one.split('/');
  const others = other.split('/');
  return (
    segments.length === others.length &&
    segments.every((segment, index) => segmentsOverlap(partsOf(segment), partsOf(others[index] ?? '')))
  );
}

/** Any one character, and any number of them. A parameter is both: its value has at least one character. */
const [any, more] = ['any', 'more'];

function partsOf(segment: string): readonly string[] {
  return segment
    .split(/(\{[^{}]*\})/)
    .flatMap((part) => (part.startsWith('{') ? [any, more] : Array.from(part)));
}

/** Whether some text matches both sequences of parts. Each step decides that for what follows two positions. */
function segmentsOverlap(one: readonly string[], other: readonly string[]): boolean {
  let after: readonly boolean[] = [];
  for (let i = one.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = other.length; j >= 0; j -= 1) {
      const [part, opposite] = [one[i], other[j]];
      if (part === undefined && opposite === undefined) row[j] = true;
      else if (part === more) row[j] = after[j] === true || row[j + 1] === true;
      else if (opposite === more) row[j] = row[j + 1] === true || after[j] === true;
      else row[j] = (part === any || opposite === any || part === opposite) && after[j + 1] === true;
    }
    after = row;
  }
  return after[0] === true;
}
