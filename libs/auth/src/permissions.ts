import type { Role } from '@tierline/contracts';

/** Everything that can be done over HTTP, each with the roles that may. */
export const permissions = {
  'ticket.open': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'integrator'],
  'ticket.open-for-others': ['agent', 'partner-agent', 'lead', 'admin', 'integrator'],
  'ticket.read-own': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'integrator'],
  'ticket.answer-own': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'integrator'],
  'queue.read': ['agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'clock.read': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'integrator', 'auditor'],
  'ticket.work': ['agent', 'partner-agent', 'lead', 'admin'],
  'view.save': ['agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'draft.keep': ['requester', 'agent', 'partner-agent', 'lead', 'admin'],
  'timeline.read': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'stream.read': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'presence.show': ['agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'catalogue.read': ['requester', 'agent', 'partner-agent', 'lead', 'admin', 'integrator', 'auditor'],
  'desk.read': ['agent', 'partner-agent', 'lead', 'admin', 'auditor', 'integrator'],
  // A partner sees its own queues and people, and no document in which all others stand.
  'desk.review': ['agent', 'lead', 'admin', 'auditor', 'integrator'],
  'desk.change': ['admin'],
  'mail-preference.own': ['agent', 'partner-agent', 'lead', 'admin', 'auditor'],
  'subscription.manage': ['admin', 'integrator'],
  'report.read': ['lead', 'admin', 'auditor', 'integrator'],
  // Reporting and routing do not know which tickets are in a partner's queues; its agents read timelines in tier-queues.
  'history.read': ['agent', 'lead', 'admin', 'auditor', 'integrator'],
  'operations.repair': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof permissions;

/** True when one of the roles may do it. */
export const may = (roles: readonly Role[], action: Action): boolean =>
  roles.some((role) => (permissions[action] as readonly Role[]).includes(role));
