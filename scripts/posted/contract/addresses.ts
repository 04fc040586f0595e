import type { ContractNode } from './contract-node.ts';

/** The names of the `{expressions}` of a channel address or a path, in their order. */
export function expressionsOf(address: string): readonly string[] {
  return [...address.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** Reports what no request could match, or more than one way. */
export function checkAddress(address: string, report: (what: string, fix: string) => void): void {
  if (!address.startsWith('/')) report('an address begins with a slash', 'write it as the path of a URL');
  if (/[?#]/.test(address))
    report('an address is a path alone', 'describe the query in the ws binding, as `query`');
  const names = expressionsOf(address);
  const literals = address.replaceAll(/\{[^{}]*\}/g, '\0');
  if (/[{}]/.test(literals) || names.includes(''))
    report('the braces of an address are not paired', 'write `{name}`');
  if (literals.includes('\0\0')) report('two expressions stand side by side', 'put a character between them');
  if (new Set(names).size < names.length) report('an address names a parameter twice', 'name each only once');
}

/** Reports each parameter of the address that is not described, and each described one that is not in it. */
export function checkParameterNames(
  node: ContractNode,
  address: string,
  described: readonly (readonly [name: string, node: ContractNode])[],
): void {
  const names = expressionsOf(address);
  for (const name of names.filter((expression) => !described.some(([known]) => known === expression))) {
    node.reportAt(
      'parameters',
      `\`{${name}}\` of ${address} is not described`,
      `add the parameter \`${name}\``,
    );
  }
  for (const [name, parameter] of described.filter(([known]) => !names.includes(known))) {
    parameter.report(`${address} has no \`{${name}}\``, 'remove the parameter, or write it into the address');
  }
}

/** Whether one path can match both. */
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
