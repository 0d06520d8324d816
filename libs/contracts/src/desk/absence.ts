import { z } from 'zod';
import { PersonId } from '../words.ts';

/** A day, or an instant. */
const When = z.union([z.iso.date(), z.iso.datetime({ offset: true })], 'is neither a day nor an instant');

/** When somebody is away: what is common to the desk's own word and to that of the person. */
export const Away = z.object({
  /** The first day, or the instant from which. */
  from: When,
  /** The last day, or the instant until which. */
  until: When,
  /** IANA name of the zone in which days are counted: that of the first shift unless said otherwise, without one UTC. */
  zone: z.string().min(1).max(60).optional(),
  /** Who is told, and asked, instead; who is away as well hands on to the own deputy. */
  deputy: PersonId.optional(),
});
export type Away = z.infer<typeof Away>;

/** Somebody of the desk, an agent or of management, is away. */
export const AbsencePart = z.object({ personId: PersonId, ...Away.shape });
export type AbsencePart = z.infer<typeof AbsencePart>;
