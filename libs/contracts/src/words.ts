import { z } from 'zod';

/** States of a ticket, fixed. Tier, queue, owner and counts stand beside the state. */
export const TicketState = z.enum([
  'NEW',
  'QUEUED',
  'ASSIGNED',
  'IN_PROGRESS',
  'PENDING',
  'RESOLVED',
  'CLOSED',
  'MERGED',
  'CANCELLED',
  'SPAM',
]);
export type TicketState = z.infer<typeof TicketState>;

export const Channel = z.enum(['web', 'phone', 'email', 'api', 'monitoring']);
export type Channel = z.infer<typeof Channel>;

export const Impact = z.enum(['low', 'medium', 'high', 'major']);
export type Impact = z.infer<typeof Impact>;

export const Urgency = z.enum(['low', 'medium', 'high']);
export type Urgency = z.infer<typeof Urgency>;

export const Priority = z.enum(['P1', 'P2', 'P3', 'P4']);
export type Priority = z.infer<typeof Priority>;

export const TicketType = z.enum(['incident', 'service-request']);
export type TicketType = z.infer<typeof TicketType>;

export const HoldReason = z.enum(['CUSTOMER', 'VENDOR', 'APPROVAL', 'CHANGE', 'PROBLEM', 'SCHEDULED']);
export type HoldReason = z.infer<typeof HoldReason>;

/** A short name of reference data, chosen by the tenant: `tier-1`, `network-2nd`. */
export const Slug = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'use lower-case letters, digits, dot, dash and underscore');

/** An id that people or an identity provider choose: a subject, an agent, a requester. */
export const PersonId = z.string().min(1).max(120).regex(/^\S+$/, 'must not contain white space');

export const TicketId = z.uuid();
export const Instant = z.iso.datetime();

/** PostgreSQL stores no NUL, and half of a surrogate pair is no character. */
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\u0000');
const unstorable = 'must not contain NUL or broken characters';

/** One line of text a person wrote. */
export const Line = z.string().trim().min(1).max(300).refine(isStorable, unstorable);
/** Text a person wrote, up to 32,000 characters. */
export const Text = z.string().trim().min(1).max(32_000).refine(isStorable, unstorable);

/**
 * Roles of a token's holder. `lead` leads every team of the tenant; who is to lead some of them has the role `agent`, and is
 * named by the desk.
 */
export const Role = z.enum(['requester', 'agent', 'lead', 'admin', 'partner-agent', 'integrator', 'auditor']);
export type Role = z.infer<typeof Role>;
