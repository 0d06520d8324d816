import { TicketOpened } from '@tierline/contracts';
import type { InboxRow, JournalRow, Rows, TopicRecord } from '../evidence.ts';
import type { Answer, WebhookCall } from '../run.ts';
import { numberOf, openPlacing } from './placing.ts';
import { openScratch, type Scratch } from './scratch.ts';

/** Kinds of rows that name their ticket. */
export type OfTickets =
  | 'requests'
  | 'messages'
  | 'routes'
  | 'tickets'
  | 'timers'
  | 'entries'
  | 'correspondents'
  | 'deliveries'
  | 'facts'
  | 'history';

/** Events in one part: so many that reading a part pays, and so few that a part with all its rows is about 100 MB. */
const eventsEach = 30_000;
const mostParts = 4_000;
const examplesEach = 5;

/**
 * Puts each row into the part of its ticket (or other aggregate). Events must come first: what names only an event goes
 * where its ticket is. What names neither goes anywhere, and nothing is found for it there.
 */
export type Spill = {
  readonly scratch: Scratch;
  readonly event: (row: JournalRow) => void;
  readonly ofTicket: <K extends OfTickets>(kind: K, row: Rows[K][number]) => void;
  readonly ofAggregate: (kind: 'standings' | 'copies', row: Rows['standings'][number]) => void;
  readonly taken: (row: InboxRow) => void;
  readonly record: (row: TopicRecord) => void;
  readonly answer: (row: Answer) => void;
  readonly call: (row: WebhookCall) => void;
  readonly digest: (when: 'before' | 'after', key: string, digest: string) => void;
  /** The tenant that opened the ticket, by intake's word. */
  readonly tenantOf: (ticket: string) => string | undefined;
  /** Some tickets of each tenant. */
  readonly examples: ReadonlyMap<string, readonly string[]>;
};

/** Notes whose ticket is whose, and some of each tenant's. */
const followTenants = (mostTickets: number) => {
  const numbers = openPlacing(mostTickets);
  const tenants: string[] = [];
  const examples = new Map<string, string[]>();
  return {
    examples,
    note: ({ service, type, aggregate, tenant }: JournalRow): void => {
      if (service !== 'intake' || type !== TicketOpened.type) return;
      const known = tenants.indexOf(tenant);
      numbers.set(aggregate, known >= 0 ? known : tenants.push(tenant) - 1);
      const some = examples.get(tenant) ?? [];
      examples.set(tenant, some);
      if (some.length < examplesEach) some.push(aggregate);
    },
    of: (ticket: string): string | undefined => {
      const number = numbers.get(ticket);
      return number === undefined ? undefined : tenants[number];
    },
  };
};

/** Opens a scratch for a run with so many events. */
export const openSpill = async (folder: string, events: number): Promise<Spill> => {
  const parts = Math.min(mostParts, Math.max(1, Math.ceil(events / eventsEach)));
  const scratch = await openScratch(folder, parts);
  const partOfEvent = openPlacing(events);
  const tenants = followTenants(events);
  const partOf = (text: string): number => numberOf(text, parts);
  const add = scratch.add;
  return {
    scratch,
    examples: tenants.examples,
    tenantOf: tenants.of,
    event: (row) => {
      const part = partOf(row.aggregate);
      partOfEvent.set(row.id, part);
      tenants.note(row);
      add(part, 'journal', row);
    },
    ofTicket: (kind, row) => add(partOf(row.ticket), kind, row),
    ofAggregate: (kind, row) => add(partOf(row.aggregate), kind, row),
    taken: (row) => add(partOfEvent.get(row.event) ?? partOf(row.event), 'inbox', row),
    record: (row) => {
      const known = row.id === null ? undefined : partOfEvent.get(row.id);
      add(known ?? partOf(row.key ?? row.subject ?? ''), 'records', row);
    },
    answer: (row) => add(partOf(row.ticket ?? ''), 'answers', row),
    call: (row) => add(partOfEvent.get(row.eventId) ?? partOf(row.ticket), 'calls', row),
    digest: (when, key, digest) => scratch.addDigest(partOf(key), { key, digest, when }),
  };
};
