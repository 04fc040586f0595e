/** What the application gave under a name of the contract, which may also be a name of `Object.prototype`. */
export function ownMember<Value>(
  members: Readonly<Record<string, Value | undefined>> | undefined,
  name: string,
): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}
