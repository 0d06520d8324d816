import {
  AgentReplied,
  DomainError,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  TicketOpened,
  TicketResolved,
  is,
  type FactOf,
} from '@tierline/contracts';
import {
  UnitOfWork,
  type AggregateKey,
  type Change,
  type Folded,
  type Grouped,
  type Loaded,
  type Origin,
  type Store,
} from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { referenceOf, request, type OpenCommand } from './domain/asking.ts';
import { person, type Contact, type Person } from './domain/person.ts';
import type { Desk, KnownRequest, Request, Status } from './domain/request.ts';

type RequestRow = {
  tenant_id: string;
  id: string;
  number: string;
  requester_id: string;
  opened_by: string;
  category: string | null;
  status: Status;
  tier_rank: number | null;
  messages: number;
  resolved_at: Date | null;
  closed_at: Date | null;
  updated_at: Date;
  confirmed: boolean;
  asked_at: Date | null;
  desk: Desk;
  sequence: number;
};

const stateOf = (row: RequestRow): KnownRequest => ({
  status: row.status,
  number: Number(row.number),
  requesterId: row.requester_id,
  openedBy: row.opened_by,
  category: row.category,
  tierRank: row.tier_rank,
  messages: row.messages,
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  closedAt: row.closed_at?.toISOString() ?? null,
  confirmed: row.confirmed,
  askedAt: row.asked_at?.toISOString() ?? null,
  desk: row.desk,
  updatedAt: row.updated_at.toISOString(),
});

type Said = { side: 'requester' | 'desk'; kind: 'message' | 'rejection' | 'confirmation' | 'solution'; text: string };

/** What a fact adds to the conversation; the agents' names stay in the desk. */
const saidIn = ({ fact }: Folded): Said | null => {
  if (is(RequesterReplied, fact)) return { side: 'requester', kind: 'message', text: fact.data.text };
  if (is(RequesterRejected, fact)) return { side: 'requester', kind: 'rejection', text: fact.data.reason };
  if (is(RequesterConfirmed, fact))
    return fact.data.comment === null ? null : { side: 'requester', kind: 'confirmation', text: fact.data.comment };
  if (is(AgentReplied, fact)) return { side: 'desk', kind: 'message', text: fact.data.text };
  if (is(TicketResolved, fact)) return { side: 'desk', kind: 'solution', text: fact.data.solution };
  return null;
};

type Saved = Change<Request> & { state: KnownRequest };

/** The state counts its messages, so the last ones of the conversation are those that were just folded in. */
const messagesOf = ({ tenant, id, state, folded }: Saved) => {
  const said = folded.flatMap((one) => {
    const words = saidIn(one);
    return words ? [{ tenant_id: tenant, ticket_id: id, said_at: one.at, ...words }] : [];
  });
  return said.map((row, index) => ({ ...row, position: state.messages - said.length + index + 1 }));
};

const progressOf = ({ tenant, id, state, sequence }: Saved) => ({
  tenant_id: tenant,
  id,
  status: state.status,
  tier_rank: state.tierRank,
  messages: state.messages,
  updated_at: state.updatedAt,
  resolved_at: state.resolvedAt,
  closed_at: state.closedAt,
  confirmed: state.confirmed,
  asked_at: state.askedAt,
  category: state.category,
  desk: state.desk,
  sequence,
});

const openingOf = (change: Saved) => {
  const opening = change.folded.find(({ fact }) => is(TicketOpened, fact));
  if (!opening) throw new Error(`request ${change.id} is new and was not opened`);
  const { data } = opening.fact as FactOf<typeof TicketOpened>;
  return {
    ...data,
    ...progressOf(change),
    requester_id: data.requesterId,
    opened_by: data.openedBy,
    opened_at: opening.at,
    origin_id: data.origin?.ticketId ?? null,
    origin_kind: data.origin?.kind ?? null,
  };
};

const columns = `tenant_id text, id uuid, status text, tier_rank smallint, messages int, updated_at timestamptz,
  resolved_at timestamptz, closed_at timestamptz, confirmed boolean, asked_at timestamptz, category text, desk text, sequence int`;

const insertOpened = (tx: Transaction, opened: readonly Saved[]): void =>
  tx.write(
    `INSERT INTO request (tenant_id, id, status, tier_rank, messages, updated_at, resolved_at, closed_at, confirmed,
       asked_at, category, desk, sequence, number, requester_id, opened_by, channel, organisation, subject, description, impact,
       urgency, opened_at, origin_id, origin_kind)
     SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(${columns}, number bigint, requester_id text, opened_by text,
       channel text, organisation text, subject text, description text, impact text, urgency text,
       opened_at timestamptz, origin_id uuid, origin_kind text)`,
    [JSON.stringify(opened.map(openingOf))],
  );

const updateProgress = (tx: Transaction, moved: readonly Saved[]): void =>
  tx.write(
    `UPDATE request SET status = r.status, tier_rank = r.tier_rank, messages = r.messages, updated_at = r.updated_at,
       resolved_at = r.resolved_at, closed_at = r.closed_at, confirmed = r.confirmed, asked_at = r.asked_at,
       category = r.category, desk = r.desk, sequence = r.sequence
     FROM jsonb_to_recordset($1::jsonb) AS r(${columns})
     WHERE request.tenant_id = r.tenant_id AND request.id = r.id`,
    [JSON.stringify(moved.map(progressOf))],
  );

const insertMessages = (tx: Transaction, messages: readonly object[]): void =>
  tx.write(
    `INSERT INTO message (tenant_id, ticket_id, position, side, kind, text, said_at)
     SELECT tenant_id, ticket_id, position, side, kind, text, said_at
     FROM jsonb_to_recordset($1::jsonb) AS m(tenant_id text, ticket_id uuid, position int, side text, kind text,
       text text, said_at timestamptz)`,
    [JSON.stringify(messages)],
  );

const requestStore: Store<Request> = {
  async load(tx, keys) {
    const rows = await tx.query<RequestRow>(
      `SELECT r.tenant_id, r.id, r.number, r.requester_id, r.opened_by, r.category, r.status, r.tier_rank, r.messages,
         r.resolved_at, r.closed_at, r.updated_at, r.confirmed, r.asked_at, r.desk, r.sequence
       FROM request r JOIN unnest($1::text[], $2::uuid[]) AS k(tenant_id, id) USING (tenant_id, id)
       ORDER BY r.id FOR UPDATE OF r`,
      [keys.map(({ tenant }) => tenant), keys.map(({ id }) => id)],
    );
    return rows.map((row) => ({ tenant: row.tenant_id, id: row.id, state: stateOf(row), sequence: row.sequence }));
  },

  async save(tx, changes) {
    const saved = changes.filter((change): change is Saved => change.state.status !== 'absent');
    const opened = saved.filter(({ isNew }) => isNew);
    const moved = saved.filter(({ isNew }) => !isNew);
    const messages = saved.flatMap(messagesOf);
    if (opened.length > 0) insertOpened(tx, opened);
    if (moved.length > 0) updateProgress(tx, moved);
    if (messages.length > 0) insertMessages(tx, messages);
  },
};

type PersonRow = { tenant_id: string; id: string; name: string; email: string | null; sequence: number };

const loadPeople = async (tx: Transaction, keys: readonly AggregateKey[], lock: '' | 'FOR UPDATE OF p') => {
  const rows = await tx.query<PersonRow>(
    `SELECT p.tenant_id, p.id, p.name, p.email, p.sequence
     FROM person p JOIN unnest($1::text[], $2::text[]) AS k(tenant_id, id) USING (tenant_id, id)
     ORDER BY p.id ${lock}`,
    [keys.map(({ tenant }) => tenant), keys.map(({ id }) => id)],
  );
  return rows.map(({ tenant_id, id, name, email, sequence }): Loaded<Person> => {
    return { tenant: tenant_id, id, state: { known: true, name, email }, sequence };
  });
};

const personStore: Store<Person> = {
  load: (tx, keys) => loadPeople(tx, keys, 'FOR UPDATE OF p'),

  async save(tx, changes) {
    const rows = changes.map(({ tenant, id, state, sequence }) => ({ tenant_id: tenant, id, ...state, sequence }));
    tx.write(
      `INSERT INTO person (tenant_id, id, name, email, sequence)
       SELECT tenant_id, id, name, email, sequence
       FROM jsonb_to_recordset($1::jsonb) AS p(tenant_id text, id text, name text, email text, sequence int)
       ORDER BY id
       ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, email = excluded.email, sequence = excluded.sequence`,
      [JSON.stringify(rows)],
    );
  },
};

export const requests = new UnitOfWork(request, requestStore);
const people = new UnitOfWork(person, personStore);

type Noted = { origin: Origin; contact: Contact };

/** Ids are `<tenant>/<person id>`, as the keys of the people topic. */
const workOn = ({ origin, contact }: Noted) => ({
  id: `${origin.tenant}/${contact.personId}`,
  origin,
  command: contact,
});

/** What is known of these people; unlocked, since one monitoring account may open everybody's tickets. */
const knownPeople = async (tx: Transaction, noted: readonly Noted[]): Promise<Map<string, Person>> => {
  const keys = new Map(noted.map(workOn).map(({ id, origin: { tenant } }) => [id, { tenant, id }]));
  return new Map((await loadPeople(tx, [...keys.values()], '')).map(({ id, state }) => [id, state]));
};

/** Takes note of contact data that says anything new. */
const noteContacts = async (tx: Transaction, noted: readonly Noted[], known: Map<string, Person>): Promise<void> => {
  const news = noted
    .map(workOn)
    .filter(({ id, command }) => person.decide(command, known.get(id) ?? person.initial).length > 0);
  if (news.length > 0) await people.run(tx, news);
};

/** Ticket numbers; one that is refused later leaves a gap. */
export const nextNumbers = async (tx: Transaction, count: number): Promise<number[]> => {
  const rows = await tx.query<{ number: string }>(
    `SELECT nextval('ticket_number') AS number FROM generate_series(1, $1::int)`,
    [count],
  );
  return rows.map(({ number }) => Number(number));
};

/** A ticket to be opened, with what its channel says about the person whom it is for. */
export type Opening = { id: string; origin: Origin; command: Omit<OpenCommand, 'number'>; contact: Contact };
export type Opened = { id: string; number: number; reference: string; status: Status; sequence: number };

/** Opens tickets: row, contact data and events. */
export const openings: Grouped<Opening, Opened> = {
  async run(tx, work) {
    const [numbers, known] = await Promise.all([nextNumbers(tx, work.length), knownPeople(tx, work)]);
    const results = await requests.runEach(
      tx,
      work.map(({ id, origin, command }, index) => {
        return { id, origin, command: { ...command, number: numbers[index]! }, isFirst: true };
      }),
    );
    const opened = work.filter((_, index) => !(results[index] instanceof DomainError));
    await noteContacts(tx, opened, known);
    return results.map((result) => {
      if (result instanceof DomainError) return { refused: result };
      const { id, sequence, state } = result;
      if (state.status === 'absent') throw new Error(`request ${id} was not opened`);
      const { number, status } = state;
      return { answer: { id, number, reference: referenceOf(number), status, sequence } };
    });
  },
};
