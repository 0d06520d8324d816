/**
 * Kinds of ticket events that the ticket's requester may learn of, as in `tierline.ticket.<kind>.v1`. All others are
 * the desk's own: what is not named here is never shown to a requester, on any screen or stream.
 */
export const requesterKinds = [
  'opened',
  'requester-replied',
  'requester-confirmed',
  'requester-rejected',
  'agent-replied',
  'stakeholders-updated',
  'resolved',
  'reopened',
  'closed',
  'cancelled',
] as const;
export type RequesterKind = (typeof requesterKinds)[number];

/** `agent-replied` of `tierline.ticket.agent-replied.v1`. */
export const kindOfEvent = (type: string): string => type.split('.').at(-2) ?? type;

export const isForRequesters = (kind: string): kind is RequesterKind =>
  (requesterKinds as readonly string[]).includes(kind);
