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
 * text, and that one more than a parameter alone. The first segment in which they differ decides. Zero: neither is more
 * literal.
 */
export function compareLiterals(one: string, other: string): number {
  const [first, second] = [one, other].map((address) => address.split('/').map(kindOfSegment).join(''));
  return first === second ? 0 : (first ?? '') < (second ?? '') ? -1 : 1;
}

function kindOfSegment(segment: string): string {
  if (!segment.includes('{')) return '0';
  return segment.replaceAll(/\{[^{}]*\}/g, '') === '' ? '2' : '1';
}

/** Whether some path matches both addresses. */
export function overlap(one: string, other: string): boolean {
  const segments = one.split('/');
  const others = other.split('/');
  return (
    segments.length === others.length &&
    segments.every(
      (segment, index) => segment === others[index] || `${segment}${others[index]}`.includes('{'),
    )
  );
}
