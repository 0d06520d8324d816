import { Inject, Injectable, Logger } from '@nestjs/common';
import { Relay, systemOrigin } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import type { Push } from './domain/command.ts';
import { weightOf, type Desk, type Queue } from './domain/desk.ts';
import { isAtHand } from './domain/shifts.ts';
import type { Person } from './domain/people.ts';
import { choose, strategyOf, takersOf } from './domain/pushing.ts';
import type { KnownTicket } from './domain/ticket.ts';
import { isOfQueue, waitingLanes } from './lanes.ts';
import { freePeopleOf } from './staff.ts';
import { Tickets } from './tickets.ts';

/** Milliseconds between two looks. */
const interval = 500;
/** Tickets of one lane looked at in one round. */
const most = 20;

type Place = { readonly tenant: string; readonly queue: string };

/** Queues in which something waits to be given. */
const waitingPlaces = `SELECT p.tenant_id AS tenant, p.id AS queue FROM desk_part p
  WHERE p.kind = 'queue' AND p.body->>'assignment' <> 'pull' AND EXISTS (
    SELECT FROM ticket t WHERE t.tenant_id = p.tenant_id AND t.state = 'QUEUED'
      AND ${isOfQueue('t.lane', 'p.id')})
  UNION SELECT tenant_id, queue FROM ticket WHERE state = 'QUEUED' AND assignment <> 'pull'`;

/** Whose turn it was last; undefined while somebody else gives tickets of this queue. */
const takeTurn = async (tx: Transaction, { tenant, queue }: Place): Promise<{ last: string | null } | undefined> => {
  await tx.query('INSERT INTO turn (tenant_id, queue) VALUES ($1, $2) ON CONFLICT DO NOTHING', [tenant, queue]);
  const [turn] = await tx.query<{ last: string | null }>(
    'SELECT last_agent AS last FROM turn WHERE tenant_id = $1 AND queue = $2 FOR UPDATE SKIP LOCKED',
    [tenant, queue],
  );
  return turn;
};

/** The first tickets of each lane of the queue that nobody else has locked, those first whose turn it is. */
const firstTickets = (tx: Transaction, { tenant, queue }: Place) =>
  tx.query<{ id: string; body: KnownTicket }>(
    `WITH RECURSIVE source AS (SELECT $2::text AS queue), ${waitingLanes}
     SELECT first.id, first.body FROM waiting w CROSS JOIN LATERAL (
       SELECT id, body, priority, due_at, queued_at FROM ticket
       WHERE tenant_id = $1 AND lane = w.lane AND state = 'QUEUED'
       ORDER BY priority, due_at, queued_at, id LIMIT ${most} FOR UPDATE SKIP LOCKED
     ) AS first ORDER BY first.priority, first.due_at, first.queued_at, first.id`,
    [tenant, queue],
  );

type Given = { readonly id: string; readonly act: Push; readonly person: Person | null };

/** Who gets which ticket, each with one more after it; `last` moves on. */
const giveOut = (
  tickets: readonly { id: string; body: KnownTicket }[],
  team: readonly Person[],
  { desk, queue, last, at }: { desk: Desk; queue: Queue; last: string | null; at: string },
): { given: Given[]; last: string | null } => {
  const people = new Map(team.map((person) => [person.agent.agentId, person]));
  let turn = last;
  const given = tickets.flatMap(({ id, body }): Given[] => {
    const assignment = strategyOf(body, queue);
    if (assignment === null) return [];
    const { takers, work, why } = takersOf(body, queue, [...people.values()], desk, at);
    const person = choose(assignment, takers, work, turn);
    if (!person) return body.waitsFor === undefined ? [{ id, person, act: act(null, assignment, why) }] : [];
    const { agentId } = person.agent;
    turn = agentId;
    people.set(agentId, { ...person, load: person.load + weightOf(body.priority, desk.limits) });
    return [{ id, person, act: act(agentId, assignment, '') }];
  });
  return { given, last: turn };
};

const act = (agentId: string | null, assignment: Push['assignment'], reason: string): Push => ({
  type: 'push',
  agentId,
  assignment,
  reason: reason === '' ? 'chosen' : reason,
});

/** Gives waiting tickets to agents where the queue, or the ticket's route, says so. */
@Injectable()
export class Pusher extends Rounds {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {
    super(new Logger('pusher'));
  }

  protected async round(): Promise<number> {
    const places = await this.database.query<Place>(waitingPlaces);
    let given = 0;
    for (const place of places) given += await this.database.inBackground((tx) => this.give(tx, place));
    if (given > 0) this.relay.nudge();
    return interval;
  }

  /** Agents are locked before tickets, as by those who claim; who or what others have locked comes next time. */
  private async give(tx: Transaction, place: Place): Promise<number> {
    const turn = await takeTurn(tx, place);
    const desk = await this.tickets.deskOf(tx, place.tenant);
    const queue = desk.queues.get(place.queue);
    if (!turn || !queue) return 0;
    const team = await freePeopleOf(tx, place.tenant, queue.team);
    const there = team.filter((person) => isAtHand(person, desk, tx.now));
    const tickets = await firstTickets(tx, place);
    const { given, last } = giveOut(tickets, there, { desk, queue, last: turn.last, at: tx.now });
    if (given.length === 0) return 0;
    const origin = systemOrigin(place.tenant, 'assignment');
    await this.tickets.run(
      tx,
      given.map(({ id, act: command, person }) => {
        const people = new Map(person && [[person.agent.agentId, person]]);
        return { id, origin, command, looked: { desk, teams: new Map(), people } };
      }),
    );
    await tx.query('UPDATE turn SET last_agent = $3 WHERE tenant_id = $1 AND queue = $2', [
      place.tenant,
      place.queue,
      last,
    ]);
    return given.length;
  }
}
