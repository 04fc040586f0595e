import type { Comparison, Subject } from './comparison.ts';

/** A security scheme as clients use it. */
export interface ComparedScheme {
  readonly name: string;
  /** The kind of credentials and where they are: two schemes with the same text accept the same. */
  readonly use: string;
  readonly scopes: readonly string[];
}

/** The alternatives of a subject, of which one suffices. Without any, it is open to everyone. */
export interface ComparedSecurity {
  readonly schemes: readonly ComparedScheme[];
  readonly isOpen: boolean;
}

export function compareSecurity(
  comparison: Comparison,
  subject: Subject,
  old: ComparedSecurity,
  current: ComparedSecurity,
): void {
  const known = new Map(current.schemes.map((scheme) => [scheme.use, scheme]));
  if (!current.isOpen) {
    if (old.isOpen) {
      const detail = `it now requires ${current.schemes.map(({ name }) => name).join(' or ')}`;
      comparison.add('security-narrowed', subject, { detail });
    }
    for (const { name, use, scopes } of old.schemes) {
      const scheme = known.get(use);
      const added = scheme?.scopes.filter((scope) => !scopes.includes(scope)) ?? [];
      if (scheme === undefined) {
        comparison.add('security-narrowed', subject, { detail: `it no longer accepts ${name} (${use})` });
      } else if (added.length > 0) {
        comparison.add('scopes-added', subject, { detail: `${name} also needs ${added.join(', ')}` });
      }
    }
  }
  // Nothing can be wider than what was open.
  if (old.isOpen && !current.isOpen) return;
  const before = new Set(old.schemes.map(({ use }) => use));
  const hasMore = current.schemes.some(({ use }) => !before.has(use));
  if (hasMore || (current.isOpen && !old.isOpen)) comparison.add('security-widened', subject);
}
