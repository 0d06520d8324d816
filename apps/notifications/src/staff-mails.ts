import { DomainError, type Received } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { v5 as uuidv5 } from 'uuid';
import { isMailed } from './domain/mail-preference.ts';
import { noticesOf, type Addressee, type Notice } from './domain/notice.ts';
import type { StaffNews } from './domain/staff-mail.ts';
import { switchedOff } from './mail-preferences.ts';
import { enqueue, type NewDelivery } from './store.ts';

/** How long notices of what the desk found gather before they go out, in milliseconds. */
export const gatherFor = 60_000;

/** Names the lanes of this service's mails to the desk's people. */
const lanes = 'b6f0a2f4-6d0c-4f9e-9a3e-5c2d1e7f8a90';

/** What a mail is about: a ticket, or the team that something else concerns. */
type Concerned = { readonly team: string | null };

type Ticket = { tenant: string; id: string; number: number; subject: string; team: string | null };
type Team = { tenant: string; team: string; lead: string | null; members: string[] };

const keyOf = (tenant: string, id: string): string => `${tenant}/${id}`;

const ticketsOf = async (tx: Transaction, events: readonly Received[]): Promise<Map<string, Ticket>> => {
  const rows = await tx.query<Ticket>(
    `SELECT tenant_id AS tenant, ticket_id AS id, number, subject, team FROM ticket
     WHERE tenant_id = ANY($1::text[]) AND ticket_id = ANY($2::uuid[])`,
    [[...new Set(events.map(({ tenant }) => tenant))], [...new Set(events.map(({ subject }) => subject))]],
  );
  return new Map(rows.map((row) => [keyOf(row.tenant, row.id), row]));
};

/** These teams with who leads them and who is in them. */
export const teamsOf = async (tx: Transaction, wanted: readonly { tenant: string; team: string }[]) => {
  if (wanted.length === 0) return new Map<string, Team>();
  const rows = await tx.query<Team>(
    `SELECT w.tenant, w.team, t.lead,
       ARRAY(SELECT agent_id FROM agent_team a WHERE a.tenant_id = w.tenant AND w.team = ANY(a.teams) ORDER BY 1) AS members
     FROM (SELECT DISTINCT tenant, team FROM jsonb_to_recordset($1::jsonb) AS r(tenant text, team text)) w
     LEFT JOIN team t ON t.tenant_id = w.tenant AND t.team = w.team`,
    [JSON.stringify(wanted)],
  );
  return new Map(rows.map((row) => [keyOf(row.tenant, row.team), row]));
};

/** An event with what has to be told of it, and the ticket that it is about. */
type Telling = { readonly event: Received; readonly notices: readonly Notice[]; readonly ticket: Ticket };

const tellingOf = (event: Received, tickets: ReadonlyMap<string, Ticket>): Telling => {
  const ticket = tickets.get(keyOf(event.tenant, event.subject));
  if (ticket) return { event, notices: noticesOf(event), ticket };
  throw new DomainError('ticket_unknown', `Ticket ${event.subject} was never opened here: nothing to tell of it.`);
};

const teamIn = (to: Addressee, { team }: Concerned): string | null => {
  if ('person' in to) return null;
  return ('lead' in to ? to.lead : to.everybody) ?? team;
};

const peopleOf = (
  to: Addressee,
  about: Concerned & { readonly tenant: string },
  teams: ReadonlyMap<string, Team>,
): readonly string[] => {
  if ('person' in to) return [to.person];
  const team = teams.get(keyOf(about.tenant, teamIn(to, about) ?? ''));
  if (!team) return [];
  return 'lead' in to && team.lead !== null ? [team.lead] : team.members;
};

/** So many deliveries are written at once: one event may have to be told to all of a large team. */
const most = 1_000;

/** What is told of an event: to whom, about what, and with which mails it shares a lane. */
type Tidings = {
  readonly event: Received;
  readonly notices: readonly Notice[];
  readonly about: Concerned & { readonly tenant: string };
  readonly newsOf: (text: string) => StaffNews;
};

/** One mail a person and event, whatever makes him or her one who has to know; nobody is told of the own act. */
export const deliveriesOf = (tidings: Tidings, teams: ReadonlyMap<string, Team>, now: string): ToPerson[] => {
  const { event, notices, about } = tidings;
  const byPerson = new Map<string, Notice>();
  for (const notice of notices)
    for (const person of peopleOf(notice.to, about, teams))
      if (event.actor !== `agent:${person}` && !byPerson.has(person)) byPerson.set(person, notice);
  return [...byPerson].map(([person, notice]) => deliveryOf(tidings, { person, notice, now }));
};

const ofTicket = ({ event, notices, ticket }: Telling): Tidings => {
  const { number, subject } = ticket;
  return { event, notices, about: ticket, newsOf: (text) => ({ ticketId: event.subject, number, subject, text }) };
};

const deliveriesInSlices = function* (tellings: readonly Telling[], teams: ReadonlyMap<string, Team>, now: string) {
  let slice: ToPerson[] = [];
  for (const telling of tellings)
    for (const delivery of deliveriesOf(ofTicket(telling), teams, now)) {
      slice.push(delivery);
      if (slice.length < most) continue;
      yield slice;
      slice = [];
    }
  yield slice;
};

type ToOne = { readonly person: string; readonly notice: Notice; readonly now: string };

export type ToPerson = NewDelivery & { readonly person_id: string };

/** The mail of one person. */
export const deliveryOf = ({ event, newsOf }: Tidings, { person, notice, now }: ToOne): ToPerson => {
  const soonest = new Date(Date.parse(now) + (notice.gathers ? gatherFor : 0)).toISOString();
  const isLater = Date.parse(notice.notBefore) > Date.parse(soonest);
  const group = notice.gathers ? 'found' : event.subject;
  return {
    id: uuidv5(`staff/${person}`, event.id),
    tenant_id: event.tenant,
    channel: 'staff',
    stream: 'staff',
    subscription_id: null,
    template: null,
    // What shares a lane goes as one mail.
    ticket_id: uuidv5(JSON.stringify([event.tenant, person, group, isLater ? notice.notBefore : null]), lanes),
    event_id: event.id,
    event_type: event.type,
    correlation_id: event.correlationId,
    body: JSON.stringify(newsOf(notice.text)),
    person_id: person,
    due: isLater ? notice.notBefore : soonest,
  };
};

/** Lets these mails wait for their time, but for those whose kinds their readers switched off. */
export const enqueueWanted = async (tx: Transaction, deliveries: readonly ToPerson[]): Promise<void> => {
  const personOf = ({ tenant_id, person_id }: ToPerson) => ({ tenant: tenant_id, person: person_id });
  const offOf = await switchedOff(tx, deliveries.map(personOf));
  await enqueue(
    tx,
    deliveries.filter((delivery) => isMailed(offOf(personOf(delivery)), delivery.event_type)),
  );
};

/** Lets those of the desk who have to know of an event get a mail; nothing is sent here. */
export const staffMails: Batch<Received> = {
  run: async (tx, events) => {
    const tickets = await ticketsOf(tx, events);
    const tellings = events.map((event) => tellingOf(event, tickets));
    const teams = await teamsOf(
      tx,
      tellings.flatMap(({ notices, ticket }) =>
        notices.flatMap(({ to }) => {
          const team = teamIn(to, ticket);
          return team === null ? [] : [{ tenant: ticket.tenant, team }];
        }),
      ),
    );
    for (const deliveries of deliveriesInSlices(tellings, teams, tx.now)) await enqueueWanted(tx, deliveries);
  },
};
