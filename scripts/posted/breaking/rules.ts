/** The worst first. */
export const verdicts = ['breaking', 'risky', 'safe'] as const;
export type Verdict = (typeof verdicts)[number];

interface Rule {
  readonly verdict: Verdict;
  /** Why, in one sentence. */
  readonly reason: string;
}

/**
 * The kinds of changes of a contract, each seen from what is deployed: clients of the old contract talk to a server of the
 * new one. docs/breaking.md explains them.
 */
export const rules = {
  'address-added': {
    verdict: 'safe',
    reason: 'Deployed clients do not use it.',
  },
  'address-removed': {
    verdict: 'breaking',
    reason: 'Deployed clients get 404.',
  },
  'server-added': {
    verdict: 'safe',
    reason: 'Deployed clients use the other servers.',
  },
  'server-removed': {
    verdict: 'risky',
    reason: 'Clients that connect to this URL may find nothing there.',
  },
  'values-narrowed': {
    verdict: 'breaking',
    reason: 'The server refuses a parameter, query or header that deployed clients may send.',
  },
  'values-uncertain': {
    verdict: 'risky',
    reason: 'The server may refuse a parameter, query or header that deployed clients send.',
  },
  'values-widened': {
    verdict: 'safe',
    reason: 'The server accepts all parameters, queries and headers that deployed clients send.',
  },
  'security-narrowed': {
    verdict: 'breaking',
    reason: 'The server refuses the credentials of deployed clients.',
  },
  'security-widened': {
    verdict: 'safe',
    reason: 'The credentials of deployed clients still suffice.',
  },
  'scopes-added': {
    verdict: 'risky',
    reason: 'Tokens that were issued before may not have these scopes.',
  },
  'renewal-removed': {
    verdict: 'risky',
    reason: 'The connections of deployed clients end when their tokens expire.',
  },
  'message-added': {
    verdict: 'safe',
    reason: 'Clients ignore messages that they do not know, and need not send new ones.',
  },
  'message-withdrawn': {
    verdict: 'breaking',
    reason: 'Deployed clients wait for a message that the server never sends.',
  },
  'message-refused': {
    verdict: 'breaking',
    reason: 'The server refuses a message that deployed clients send.',
  },
  'reply-added': {
    verdict: 'safe',
    reason: 'Deployed clients ignore the reply.',
  },
  'reply-removed': {
    verdict: 'breaking',
    reason: 'Deployed clients wait for a reply until they time out.',
  },
  'content-type-changed': {
    verdict: 'breaking',
    reason: 'One side cannot read what the other one writes.',
  },
  'correlation-changed': {
    verdict: 'breaking',
    reason: 'Deployed clients do not find the request that a reply belongs to.',
  },
  'sent-payload-refused': {
    verdict: 'breaking',
    reason: 'Deployed clients refuse a message that the server may send.',
  },
  'sent-payload-uncertain': {
    verdict: 'risky',
    reason: 'Deployed clients may refuse a message that the server sends.',
  },
  'sent-payload-accepted': {
    verdict: 'safe',
    reason: 'Deployed clients accept every message that the server may send.',
  },
  'received-payload-refused': {
    verdict: 'breaking',
    reason: 'The server refuses a message that deployed clients may send.',
  },
  'received-payload-uncertain': {
    verdict: 'risky',
    reason: 'The server may refuse a message that deployed clients send.',
  },
  'received-payload-accepted': {
    verdict: 'safe',
    reason: 'The server accepts every message that deployed clients may send.',
  },
  'body-required': {
    verdict: 'breaking',
    reason: 'The server refuses requests without a body.',
  },
  'response-added': {
    verdict: 'breaking',
    reason: 'Deployed clients do not know the status of a successful response.',
  },
  'response-removed': {
    verdict: 'safe',
    reason: 'Deployed clients know the other responses.',
  },
  'error-added': {
    verdict: 'safe',
    reason: 'Deployed clients treat an unknown status as an error.',
  },
  'resume-removed': {
    verdict: 'breaking',
    reason: 'Deployed clients cannot resume, and lose what is sent while they are away.',
  },
  'resume-changed': {
    verdict: 'breaking',
    reason: 'Deployed clients use the former names of the query, the cursor or the control messages.',
  },
  'resume-added': {
    verdict: 'safe',
    reason: 'Deployed clients do not ask for it.',
  },
  'durability-removed': {
    verdict: 'breaking',
    reason: 'Clients that were away no longer get the message.',
  },
  'durability-added': {
    verdict: 'safe',
    reason: 'Clients get the message in more cases than before.',
  },
  'audience-narrowed': {
    verdict: 'breaking',
    reason: 'Deployed clients get fewer messages than before.',
  },
  'audience-widened': {
    verdict: 'risky',
    reason: 'Deployed clients get messages that they have not asked for.',
  },
  'selection-changed': {
    verdict: 'risky',
    reason: 'A connection without the parameter gets other messages than before.',
  },
  'policy-tightened': {
    verdict: 'risky',
    reason: 'Slow or absent clients are cut off earlier than before.',
  },
  'policy-relaxed': {
    verdict: 'safe',
    reason: 'Clients have more time or room than before.',
  },
  'limit-tightened': {
    verdict: 'risky',
    reason: 'Clients that were within the limit may be refused.',
  },
  'limit-relaxed': {
    verdict: 'safe',
    reason: 'Clients within the former limit are within this one.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof rules;
