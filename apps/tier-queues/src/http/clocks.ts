import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Database } from '@tierline/persistence';
import { Allow, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { clocksOf, explanationOf } from '../clock-view.ts';
import { lastRoundQuery, mendedOrphans, orphansNow, type Round } from '../orphans.ts';
import { Tickets } from '../tickets.ts';
import { TicketIdParameter, paging } from './requests.ts';

const ClockName = z.string().min(1).max(500);
const MendedPage = z.strictObject(paging(200));

/** Orphans that are listed one by one; the count is of all. */
const listed = 200;

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
    description: '`lastRound` is when every open ticket was last looked at; null before the first time.',
  })
  async orphans(@By() by: Caller, @Query({ schema: MendedPage }) page: z.infer<typeof MendedPage>) {
    const [round] = await this.database.query<Round>(lastRoundQuery);
    const lastRound = round ? { endedAt: round.endedAt, tickets: round.tickets } : null;
    return this.database.asTenant(by.tenant, async (tx) => ({
      asOf: tx.now,
      ...(await orphansNow(tx, by.tenant, listed)),
      lastRound,
      mended: await mendedOrphans(tx, by.tenant, page),
    }));
  }
}
