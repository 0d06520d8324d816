import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { TicketRouted } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { readRoutes } from '../queries.ts';

const TicketPath = z.strictObject({ id: z.uuid() });
type TicketPath = z.output<typeof TicketPath>;

@Controller('tickets')
export class RoutesController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get(':id/route')
  @Allow('history.read')
  @ApiOperation({
    summary: 'Read all routes of a ticket with their explanations',
    description: '`waiting` names a route that could not be decided yet.',
  })
  @Answers({
    id: '019a0000-0000-7000-8000-000000000010',
    routes: [{ at: '2026-01-05T08:00:01.000Z', ...TicketRouted.example }],
    waiting: null,
  })
  @Refuses('ticket_absent')
  read(@By() { tenant }: Caller, @Param({ schema: TicketPath }) { id }: TicketPath) {
    return this.database.asTenant(tenant, (tx) => readRoutes(tx, tenant, id));
  }
}
