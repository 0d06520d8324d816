import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Database, type Transaction } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { clocksOf, explanationOf } from '../clock-view.ts';
import { lastRoundQuery, mendedOrphans, orphansNow, type Round } from '../orphans.ts';
import { countUnaccounted, unaccountedNow } from '../unaccounted.ts';
import { Tickets } from '../tickets.ts';
import { clockExample, cursor, due, now, opened } from './answer-examples.ts';
import { TicketIdParameter, exampleId, paging } from './requests.ts';

const ClockName = z.string().min(1).max(500);
const MendedPage = z.strictObject(paging(200));

/** Orphans that are listed one by one; the count is of all. */
const listed = 200;

/** Those that are here, and tickets that never came. */
const allOrphans = async (tx: Transaction, tenant: string) => {
  const here = await orphansNow(tx, tenant, listed);
  const missing = await unaccountedNow(tx, tenant, listed);
  return {
    count: here.count + (await countUnaccounted(tx, tenant)),
    items: [...missing, ...here.items].slice(0, listed),
  };
};

/** What is promised and whether it is kept: clocks with their explanation, and the tickets that nobody would move. */
@ApiTags('clocks')
@Controller()
export class ClocksController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get('tickets/:id/clocks')
  @Allow('clock.read')
  @ApiOperation({
    summary: 'The clocks of a ticket: what is promised, used, held and due.',
    description:
      'Requesters see what was promised to them, in their own tickets, without how the desk chose the policy and when it ' +
      'reminds itself. Times in milliseconds of working ' +
      'time, read at `asOf`.',
  })
  @Answers({ asOf: now, items: [clockExample], next: null })
  @Refuses('ticket_absent')
  clocks(@By() by: Caller, @Param('id', { schema: TicketIdParameter }) id: string) {
    return this.database.asTenant(by.tenant, async (tx) =>
      clocksOf(tx, by, id, await this.tickets.deskOf(tx, by.tenant)),
    );
  }

  @Get('tickets/:id/clocks/:clock/explain')
  @Allow('clock.read')
  @ApiOperation({
    summary: 'Why a clock is due when it is: sentences for its requester, and the ledger they tell.',
    description: '`lines`: the deadline, the promise and who made it, what happened so far, days with other hours.',
  })
  @Answers({
    asOf: now,
    ...clockExample,
    lines: [
      'Due Mon 5 Jan 13:00 (Europe/Berlin).',
      'Solution within 4 h of working time: Mon–Fri 08:00–17:00.',
      'Promised by Standard: holds for every ticket (policy Standard, version 3; calendar office, version 1).',
      'Counts from Mon 5 Jan 09:00: the ticket was opened.',
    ],
    ledger: [
      {
        clock: 'sla-resolution',
        type: 'started',
        at: opened,
        cause: 'opened',
        kind: 'sla-resolution',
        about: null,
        from: opened,
        since: opened,
        consumed: 0,
        paused: 0,
        due,
        target: 14_400_000,
        warnings: [75],
        policy: clockExample.policy,
        calendar: clockExample.calendar,
        why: clockExample.why,
      },
    ],
  })
  @Refuses('ticket_absent', 'clock_absent')
  explain(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Param('clock', { schema: ClockName }) clock: string,
  ) {
    return this.database.asTenant(by.tenant, async (tx) =>
      explanationOf(tx, by, { id, clock }, await this.tickets.deskOf(tx, by.tenant)),
    );
  }

  @Get('orphans')
  @Allow('desk.review')
  @ApiOperation({
    summary:
      'Open tickets that nobody and nothing is going to move: counted now, and those that were found and mended.',
    description:
      'What has no queue, or a timer that is late, is counted at once; whose timers do not fit it, since the watchdog looked ' +
      'at it last. Kind `unaccounted`: opened, and it never came here; it is told again until it comes. ' +
      '`lastRound` is when every open ticket was last looked at; null before the first time.',
  })
  @Answers({
    asOf: now,
    count: 0,
    items: [],
    lastRound: { endedAt: now, tickets: 4_711 },
    mended: {
      items: [{ at: opened, ticketId: exampleId, reference: 'T-1042', kind: 'no-wake-up', repair: 'resumed' }],
      next: cursor,
    },
  })
  async orphans(@By() by: Caller, @Query({ schema: MendedPage }) page: z.infer<typeof MendedPage>) {
    const [round] = await this.database.query<Round>(lastRoundQuery);
    const lastRound = round ? { endedAt: round.endedAt, tickets: round.tickets } : null;
    return this.database.asTenant(by.tenant, async (tx) => ({
      asOf: tx.now,
      ...(await allOrphans(tx, by.tenant)),
      lastRound,
      mended: await mendedOrphans(tx, by.tenant, page),
    }));
  }
}
