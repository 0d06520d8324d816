import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { DomainError, Line, PersonId, Slug, TicketState } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { boardOf } from '../board.ts';
import { newestTickets, ticketsOfQueue } from '../queries.ts';
import { acquaintanceOf, sightOf, sees, ticketAbsent } from '../sight.ts';
import { ticketView } from '../ticket-view.ts';
import { Tickets } from '../tickets.ts';
import { cursor, due, entryExample, now, opened, rowExample } from './answer-examples.ts';
import { TicketIdParameter, listOf, paging } from './requests.ts';

const QueueFilter = z.strictObject({
  sort: z.enum(['urgency', 'due']).default('urgency'),
  state: listOf(TicketState).optional(),
  owner: PersonId.optional(),
  ...paging(200),
});
const TicketFilter = z.strictObject({
  state: listOf(TicketState).optional(),
  tier: Slug.optional(),
  queue: Slug.optional(),
  owner: PersonId.optional(),
  requester: PersonId.optional(),
  q: Line.optional(),
  ...paging(200),
});

const place = { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' } as const;
const load = { waiting: 12, assigned: 8, pending: 3, oldestWaiting: opened } as const;

/** `me` stands for the caller. */
const personOf = (by: Caller, person: string | undefined) => (person === 'me' ? by.subject : person);

/** What agents and leads see: tickets, queues, the board. */
@ApiTags('tickets')
@Controller()
export class TicketsController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get('tickets')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'Tickets, newest first.',
    description:
      '`state` takes several, comma-separated; `owner=me` are your own; `q` is a number (`1042`, `#1042`, `T-1042`) or words of the subject in any order, the last one begun at least, whatever case and accents.',
  })
  @Answers({ items: [rowExample], next: cursor })
  list(@By() by: Caller, @Query({ schema: TicketFilter }) query: z.infer<typeof TicketFilter>) {
    const { state: states, owner, limit, after, ...filter } = query;
    return this.database.asTenant(by.tenant, async (tx) =>
      newestTickets(
        tx,
        by.tenant,
        { ...filter, states, owner: personOf(by, owner), sight: await sightOf(tx, by) },
        { limit, after },
      ),
    );
  }

  @Get('queues/:queue/tickets')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'Tickets of a queue, the most urgent first, then the oldest.',
    description:
      'The open ones unless `state` names others; with `sort=due` the soonest deadline of a running clock first.',
  })
  @Answers({ items: [rowExample], next: cursor })
  @Refuses('queue_absent')
  ofQueue(
    @By() by: Caller,
    @Param('queue', { schema: Slug }) queue: string,
    @Query({ schema: QueueFilter }) query: z.infer<typeof QueueFilter>,
  ) {
    const { state: states, owner, sort, limit, after } = query;
    return this.database.asTenant(by.tenant, async (tx) => {
      const known = await tx.query('SELECT 1 FROM queue WHERE tenant_id = $1 AND queue = $2', [by.tenant, queue]);
      if (known.length === 0 || !sees(await sightOf(tx, by), queue))
        throw new DomainError('queue_absent', `There is no queue ${queue}.`, 'absent');
      return ticketsOfQueue(tx, by.tenant, { queue, states, sort, owner: personOf(by, owner) }, { limit, after });
    });
  }

  @Get('tickets/:id')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'A ticket, whole: its place, hand-overs, timers and the end of its timeline.',
    description:
      '`earlier` is the cursor `older` for the timeline before what is shown. To a partner’s agent `tell` names people ' +
      'of the own organisation, and of others how many there were in which role.',
  })
  @Answers({
    ...rowExample,
    place,
    previous: [],
    lastOwner: 'tom.first',
    channel: 'web',
    organisation: 'Acme',
    category: 'email-account',
    replied: true,
    requesterWroteAt: opened,
    resolvedAt: null,
    closedAt: null,
    description: 'Since this morning, every few minutes.',
    impact: 'low',
    urgency: 'medium',
    handovers: [],
    returns: [],
    attention: [],
    swarm: null,
    heldFor: {},
    links: [],
    parts: [],
    mergedInto: null,
    origin: null,
    offspring: [],
    major: null,
    handover: null,
    undo: null,
    bounceLimit: 2,
    runbook: [{ step: 'unlock', text: 'Unlock the account', result: 'done', by: 'tom.first', at: now }],
    timers: [{ kind: 'breach', clock: 'sla-resolution', due }],
    timeline: [entryExample],
    earlier: null,
  })
  @Refuses('ticket_absent')
  one(@By() by: Caller, @Param('id', { schema: TicketIdParameter }) id: string) {
    return this.database.asTenant(by.tenant, async (tx) => {
      const [desk, known] = [await this.tickets.deskOf(tx, by.tenant), await acquaintanceOf(tx, by)];
      const view = await ticketView(tx, by.tenant, id, { desk, known });
      if (!sees(await sightOf(tx, by), view.queue)) throw ticketAbsent();
      return view;
    });
  }

  @Get('board')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'What waits, is worked on and is held, by tier and queue, and the orphans, counted now.',
    description: 'A partner’s agent gets the queues of the own teams, and nothing that tells of others.',
  })
  @Answers({
    at: now,
    tiers: [
      {
        tier: 'tier-1',
        name: 'Service desk',
        rank: 1,
        ...load,
        queues: [{ queue: 'service-desk', name: 'Service desk', team: 'service-desk', ...load, unserved: null }],
      },
    ],
    unrouted: 0,
    orphans: 0,
  })
  board(@By() by: Caller) {
    return this.database.asTenant(by.tenant, async (tx) => boardOf(tx, by.tenant, await sightOf(tx, by)));
  }
}
