import type { ContractNode } from '../contract/contract-node.ts';

/** Reports a header or a cookie that HTTP does not let be called so (RFC 9110 section 5.6.2, RFC 6265 section 4.1.1). */
export function checkToken(name: string, what: 'header' | 'cookie', node: ContractNode): void {
  if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return;
  node.report(
    `no ${what} can be called ${JSON.stringify(name)}`,
    "use letters, digits and !#$%&'*+-.^_`|~ alone",
  );
}
