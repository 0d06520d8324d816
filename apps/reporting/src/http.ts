import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { PersonId, Priority, Slug, TicketId, TicketOpened, TicketState } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { definitions } from './numbers.ts';
import { summaryOf } from './queries.ts';
import { historyOf, listTickets, ticketOf } from './ticket-queries.ts';

const moment = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'must be a date or time such as 2026-01-31 or 2026-01-31T08:00:00Z',
  )
  .transform((text) => new Date(text).toISOString());

const PeriodQuery = z
  .strictObject({ from: moment.optional(), to: moment.optional() })
  .refine(({ from, to }) => !from || !to || from < to, { path: ['to'], message: 'must be later than from' });
type PeriodQuery = z.infer<typeof PeriodQuery>;

const limit = (usual: number) => z.coerce.number().int().min(1).max(500).default(usual);
const noCursor = 'is no cursor of this list';

const Cursor = z.string().transform((text, context): readonly [string, string] => {
  try {
    return z
      .tuple([z.string().regex(/^[\d .:+-]{10,40}$/), z.uuid()])
      .parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    context.addIssue({ code: 'custom', message: noCursor });
    return z.NEVER;
  }
});

const TicketsQuery = z.strictObject({
  state: TicketState.optional(),
  tier: Slug.optional(),
  team: Slug.optional(),
  queue: Slug.optional(),
  priority: Priority.optional(),
  owner: PersonId.optional(),
  requester: PersonId.optional(),
  number: z.coerce.number().int().positive().max(2_147_483_647).optional(),
  openedFrom: moment.optional(),
  openedTo: moment.optional(),
  limit: limit(50),
  after: Cursor.optional(),
});
type TicketsQuery = z.infer<typeof TicketsQuery>;

const HistoryQuery = z.strictObject({
  limit: limit(200),
  after: z.coerce.number(noCursor).int(noCursor).min(0).max(2_147_483_647).optional(),
});
type HistoryQuery = z.infer<typeof HistoryQuery>;

const ticketExample = {
  ticketId: '019a0000-0000-7000-8000-000000000010',
  number: 1042,
  subject: 'Outlook asks for my password again and again',
  state: 'RESOLVED',
  tier: 'tier-1',
  rank: 1,
  queue: 'service-desk',
  team: 'service-desk',
  owner: 'tom.first',
  priority: 'P3',
  type: 'incident',
  category: 'email-account',
  channel: 'web',
  requesterId: 'anna.berg',
  openedAt: '2026-01-05T08:00:00.000Z',
  firstReplyAt: '2026-01-05T08:20:00.000Z',
  resolvedAt: '2026-01-05T09:30:00.000Z',
  closedAt: null,
  cancelledAt: null,
  highestRank: 1,
  escalations: 0,
  returns: 0,
  transfers: 0,
  reopens: 0,
  holds: 1,
  orphans: 0,
  mailsSent: 2,
  mailsFailed: 0,
  staffMailsFailed: 0,
  events: 9,
  lastEventAt: '2026-01-05T09:30:00.000Z',
} as const;

@ApiTags('reports')
@Allow('report.read')
@Controller()
export class ReportsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get('summary')
  @ApiOperation({
    summary: 'The figures of a period',
    description: 'from ≤ time < to; a date is its midnight in UTC. /numbers defines each figure.',
  })
  @Answers({
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-02-01T00:00:00.000Z',
    tickets: { opened: 120, resolved: 110, closed: 100, cancelled: 3, reopened: 4 },
    reopenings: 5,
    moves: { up: 30, down: 6, sideways: 4 },
    highestTier: { '1': 90, '2': 25, '3': 5 },
    byTier: [{ tier: 'tier-1', rank: 1, queued: 130, claimed: 125, resolved: 85 }],
    byTeam: [
      {
        team: 'service-desk',
        tier: 'tier-1',
        claimed: 125,
        resolved: 85,
        escalatedFrom: 28,
        returnedFrom: 0,
        transferredFrom: 2,
      },
    ],
    orphans: 0,
  })
  summary(@By() { tenant }: Caller, @Query({ schema: PeriodQuery }) { from, to }: PeriodQuery) {
    return this.database.asTenant(tenant, (tx) => summaryOf(tx, { from: from ?? null, to: to ?? null }));
  }

  @Get('numbers')
  @ApiOperation({ summary: 'How each figure of the summary is computed' })
  @Answers({ items: [definitions[0]!] })
  numbers() {
    return { items: definitions };
  }

  @Get('tickets')
  @ApiOperation({ summary: 'Tickets with their counts and times, newest first' })
  @Answers({ items: [ticketExample], next: null })
  tickets(@By() { tenant }: Caller, @Query({ schema: TicketsQuery }) query: TicketsQuery) {
    return this.database.asTenant(tenant, (tx) => listTickets(tx, query));
  }

  @Get('tickets/:id')
  @ApiOperation({ summary: 'One ticket with its counts and times' })
  @Answers(ticketExample)
  @Refuses('ticket_absent')
  ticket(@By() { tenant }: Caller, @Param('id', { schema: TicketId }) id: string) {
    return this.database.asTenant(tenant, (tx) => ticketOf(tx, id));
  }

  @Allow('history.read')
  @Get('tickets/:id/history')
  @ApiOperation({
    summary: 'Everything that happened to a ticket, in order',
    description: 'Internal notes and hand-overs included.',
  })
  @Answers({
    items: [
      {
        number: 1,
        id: '019a0000-0000-7000-8000-000000000002',
        type: TicketOpened.type,
        source: TicketOpened.source,
        sequence: 1,
        time: ticketExample.openedAt,
        actor: 'requester:anna.berg',
        data: TicketOpened.example,
      },
    ],
    next: null,
  })
  @Refuses('ticket_absent')
  history(
    @By() { tenant }: Caller,
    @Param('id', { schema: TicketId }) id: string,
    @Query({ schema: HistoryQuery }) query: HistoryQuery,
  ) {
    return this.database.asTenant(tenant, (tx) => historyOf(tx, id, query));
  }
}
