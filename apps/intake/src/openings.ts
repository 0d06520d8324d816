import {
  DomainError,
  type Channel,
  type EventOf,
  type Impact,
  type OpeningAsked,
  type Urgency,
} from '@tierline/contracts';
import { causedBy, type Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { nextNumbers, requests } from './store.ts';

type Asked = EventOf<typeof OpeningAsked>;

type Original = {
  tenant_id: string;
  id: string;
  number: string;
  requester_id: string;
  channel: Channel;
  organisation: string | null;
  category: string | null;
  impact: Impact;
  urgency: Urgency;
};

const originalsOf = async (tx: Transaction, asked: readonly Asked[]): Promise<Map<string, Original>> => {
  const rows = await tx.query<Original>(
    `SELECT tenant_id, id, number, requester_id, channel, organisation, category, impact, urgency
     FROM request JOIN unnest($1::text[], $2::uuid[]) AS k(tenant_id, id) USING (tenant_id, id)`,
    [asked.map(({ tenant }) => tenant), asked.map(({ subject }) => subject)],
  );
  return new Map(rows.map((row) => [`${row.tenant_id}/${row.id}`, row]));
};

const openingOf = ({ subject, data }: Asked, original: Original, number: number) => {
  const requesterId = data.requesterId ?? original.requester_id;
  return {
    number,
    channel: original.channel,
    requesterId,
    openedBy: data.agentId ?? requesterId,
    organisation: original.organisation,
    subject: data.subject,
    description: data.description,
    category: data.category ?? original.category,
    impact: original.impact,
    urgency: original.urgency,
    origin: { kind: data.kind, ticketId: subject, number: Number(original.number) },
  };
};

/** Opens the tickets that the desk asks for: as their originals, but for what is said otherwise. */
export const askedOpenings: Batch<Asked> = {
  run: async (tx, asked) => {
    const originals = await originalsOf(tx, asked);
    const numbers = await nextNumbers(tx, asked.length);
    const work = asked.map((event, index) => {
      const original = originals.get(`${event.tenant}/${event.subject.toLowerCase()}`);
      if (!original)
        throw new DomainError('origin_absent', `Ticket ${event.subject} was never opened here: nothing to go on from.`);
      const command = { type: 'open-from', ticket: openingOf(event, original, numbers[index]!) } as const;
      return { id: event.data.newTicketId, origin: causedBy(event, 'intake'), command };
    });
    await requests.run(tx, work);
  },
};
