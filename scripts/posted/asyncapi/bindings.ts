import type { ContractNode } from '../contract/contract-node.ts';

/** The bindings of an object for `ws`; the other protocols' are for servers that are not served here. */
export function wsBindings(node: ContractNode): ContractNode | undefined {
  return node.get('bindings', 'ws');
}

/** Reports bindings for ws where the specification of the bindings has none. */
export function refuseWsBindings(node: ContractNode, object: string): void {
  const ws = wsBindings(node);
  if (ws === undefined || ws.entries.every(([name]) => name === 'bindingVersion')) return;
  ws.report(`${object} has no ws bindings`, 'remove them, or put them into the channel');
}
