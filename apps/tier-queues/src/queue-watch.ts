import { Logger } from '@nestjs/common';
import { QueueServed, QueueUnserved, type Fact } from '@tierline/contracts';
import { append, systemOrigin, type Entry, type Relay } from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { Rounds } from '@tierline/service';
import { targetsOf, toldOfUnserved, unservedQueues, type Server, type Unserved } from './domain/serving.ts';
import type { Desk } from './domain/desk.ts';
import { open } from './queries.ts';
import type { Tickets } from './tickets.ts';

/** The longest time between two looks whether a tenant is due, in milliseconds. */
const attempt = 5_000;

/** A queue that nobody will serve, with what makes that matter. */
type Found = Unserved & { readonly openTickets: number; readonly isTarget: boolean };

const peopleOf = async (tx: Transaction, tenant: string): Promise<Server[]> => {
  const rows = await tx.query<Pick<Server, 'agent' | 'presence'> & { since: Date | null }>(
    `SELECT p.body AS agent, s.presence, s.since FROM desk_part p
     LEFT JOIN presence s ON s.tenant_id = p.tenant_id AND s.agent_id = p.id
     WHERE p.tenant_id = $1 AND p.kind = 'agent' AND p.body IS NOT NULL ORDER BY p.id`,
    [tenant],
  );
  return rows.map(({ since, ...one }) => ({ ...one, said: since && since.toISOString() }));
};

/** Of these queues, those to which routing sends tickets, and how many are open in each. */
const usesOf = async (tx: Transaction, tenant: string, queues: readonly string[]) => {
  const rows = await tx.query<{ queue: string; openTickets: number; isTarget: boolean }>(
    `SELECT q.queue, EXISTS (SELECT FROM routing_target r WHERE r.tenant_id = $1 AND q.queue = ANY(r.queues)) AS "isTarget",
       (SELECT count(*)::int FROM ticket t WHERE t.tenant_id = $1 AND t.queue = q.queue AND t.state IN (${open})) AS "openTickets"
     FROM unnest($2::text[]) AS q(queue)`,
    [tenant, queues],
  );
  return new Map(rows.map((row) => [row.queue, row]));
};

/** Of those that nobody will serve, the queues where it matters: tickets are open in them, or new ones come. */
const mattering = async (tx: Transaction, tenant: string, desk: Desk, all: readonly Unserved[]): Promise<Found[]> => {
  if (all.length === 0) return [];
  const uses = await usesOf(
    tx,
    tenant,
    all.map(({ queue }) => queue.queue),
  );
  const targets = targetsOf(desk);
  return all.flatMap((one): Found[] => {
    const { openTickets, isTarget: isRouted } = uses.get(one.queue.queue)!;
    const isTarget = isRouted || targets.has(one.queue.queue);
    return isTarget || openTickets > 0 ? [{ ...one, openTickets, isTarget }] : [];
  });
};

type Place = { readonly queue: string; readonly sequence: number };

/** What is to be told of a queue: that it was found, or (since then) that it lasts. */
type Telling = Place & { readonly since: Date | null };

/** Days after which whoever has to know is told again. */
const remindedAfter = 1;

/** Notes what was found; gives what nobody had found before, and what has to be told again, with the place of its event. */
const noteFound = (tx: Transaction, tenant: string, found: readonly Found[]): Promise<Telling[]> =>
  tx.query<Telling>(
    `WITH found AS (
       SELECT queue, detail FROM unnest($2::text[], $3::text[]) AS f(queue, detail)
     ), known AS (
       SELECT u.queue, f.detail, u.told_at <= $4::timestamptz - make_interval(days => ${remindedAfter}) AS again
       FROM unserved_queue u JOIN found f USING (queue) WHERE u.tenant_id = $1 AND u.since IS NOT NULL
     ), kept AS (
       UPDATE unserved_queue u SET detail = k.detail, sequence = u.sequence + k.again::int,
         told_at = CASE WHEN k.again THEN $4::timestamptz ELSE u.told_at END
       FROM known k WHERE u.tenant_id = $1 AND u.queue = k.queue AND (k.again OR u.detail <> k.detail)
       RETURNING u.queue, u.sequence, u.since, k.again
     ), fresh AS (
       INSERT INTO unserved_queue AS u (tenant_id, queue, since, told_at, detail, sequence)
       SELECT $1, f.queue, $4::timestamptz, $4::timestamptz, f.detail, 1 FROM found f
       WHERE NOT EXISTS (SELECT FROM known k WHERE k.queue = f.queue)
       ORDER BY f.queue
       ON CONFLICT (tenant_id, queue) DO UPDATE SET since = excluded.since, told_at = excluded.told_at,
         detail = excluded.detail, sequence = u.sequence + 1
       WHERE u.since IS NULL RETURNING queue, sequence
     )
     SELECT queue, sequence, NULL::timestamptz AS since FROM fresh
     UNION ALL SELECT queue, sequence, since FROM kept WHERE again ORDER BY queue`,
    [tenant, found.map(({ queue }) => queue.queue), found.map(({ detail }) => detail), tx.now],
  );

/** Notes what is over; gives which, each with the place of its event. */
const noteOver = (tx: Transaction, tenant: string, found: readonly Found[]): Promise<Place[]> =>
  tx.query<Place>(
    `UPDATE unserved_queue SET since = NULL, sequence = sequence + 1
     WHERE tenant_id = $1 AND since IS NOT NULL AND queue <> ALL($2::text[]) RETURNING queue, sequence`,
    [tenant, found.map(({ queue }) => queue.queue)],
  );

const factOf = ({ queue, ...found }: Found, since: Date | null, desk: Desk, at: string): Fact => {
  const { queue: slug, name, tier, team } = queue;
  const again = since && { since: since.toISOString() };
  return QueueUnserved({ queue: slug, name, tier, team, ...found, ...again, tell: toldOfUnserved(queue, desk, at) });
};

/** Why it is over: of a queue that is there still, somebody will be there unless it is unserved all the same. */
const whyOver = (queue: string, desk: Desk, stillUnserved: ReadonlySet<string>) => {
  if (!desk.queues.has(queue)) return 'removed';
  return stillUnserved.has(queue) ? 'nothing-waits' : 'served';
};

const entryIn = (tenant: string) => {
  const origin = systemOrigin(tenant, 'watchdog');
  return ({ queue, sequence }: Place, fact: Fact): Entry => ({
    ...origin,
    subject: `${tenant}/queue-service/${queue}`,
    sequence,
    fact,
  });
};

/** Tells in time of queues that nobody will serve, each day while it lasts, and when that is over. */
export class QueueWatch extends Rounds {
  constructor(
    private readonly database: Database,
    private readonly relay: Relay,
    private readonly tickets: Tickets,
    /** Milliseconds between two looks at a tenant. */
    private readonly interval: number,
  ) {
    super(new Logger('queue-watch'));
  }

  protected async round(): Promise<number> {
    let told = 0;
    for (const { tenant } of await this.due()) told += await this.database.inBackground((tx) => this.look(tx, tenant));
    if (told > 0) this.relay.nudge();
    return Math.min(attempt, this.interval);
  }

  /** The tenants that nobody has looked at for the interval; now they are looked at by this process. */
  private due(): Promise<{ tenant: string }[]> {
    return this.database.query<{ tenant: string }>(
      `INSERT INTO queue_watch AS w (tenant_id, looked_at)
       SELECT d.tenant_id, now() FROM desk d LEFT JOIN queue_watch l USING (tenant_id)
       WHERE coalesce(l.looked_at, '-infinity') <= now() - $1 * interval '1 ms' ORDER BY d.tenant_id
       ON CONFLICT (tenant_id) DO UPDATE SET looked_at = now() WHERE w.looked_at <= now() - $1 * interval '1 ms'
       RETURNING tenant_id AS tenant`,
      [this.interval],
    );
  }

  /** Gives how many events it made. */
  private async look(tx: Transaction, tenant: string): Promise<number> {
    const desk = await this.tickets.deskOf(tx, tenant);
    const unserved = unservedQueues(desk, await peopleOf(tx, tenant), tx.now);
    const found = await mattering(tx, tenant, desk, unserved);
    const fresh = found.length > 0 ? await noteFound(tx, tenant, found) : [];
    const over = await noteOver(tx, tenant, found);
    const still = new Set(unserved.map(({ queue }) => queue.queue));
    const byQueue = new Map(found.map((one) => [one.queue.queue, one]));
    const entryOf = entryIn(tenant);
    await append(tx, [
      ...fresh.map((place) => entryOf(place, factOf(byQueue.get(place.queue)!, place.since, desk, tx.now))),
      ...over.map((place) =>
        entryOf(place, QueueServed({ queue: place.queue, because: whyOver(place.queue, desk, still) })),
      ),
    ]);
    return fresh.length + over.length;
  }
}
