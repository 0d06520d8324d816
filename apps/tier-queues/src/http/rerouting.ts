import { Body, Controller, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Slug, Text } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Allow, Answers, By, IdempotencyKey, Refuses, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { askRoutes } from '../rerouting.ts';
import { Tickets } from '../tickets.ts';
import {
  TicketCommand,
  TicketId,
  TicketIdParameter,
  doerOf,
  exampleId,
  otherExampleId,
  requestOf,
} from './requests.ts';

const Reroute = z
  .strictObject({
    ids: z.array(TicketId).max(500).default([]),
    queue: Slug.optional(),
    category: Slug.optional(),
    reason: Text,
  })
  .refine(({ ids, queue, category }) => ids.length > 0 || queue !== undefined || category !== undefined, {
    message: 'name ids, a queue or a category',
    path: ['ids'],
  })
  .meta({ example: { queue: 'service-desk', category: 'sap', reason: 'The rules for SAP have changed.' } });

export const Recategorise = z
  .strictObject({ category: Slug, reason: Text })
  .meta({ example: { category: 'printer', reason: 'The mail is fine, it does not print.' } });

/** What the rules of today say of tickets that came by those of before. */
@ApiTags('work')
@Controller()
export class ReroutingController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @TicketCommand(
    'recategorise',
    'Say that the ticket is about something else. Runbook, promises and route follow a moment later; a ticket that ' +
      'waits may move by it, one that somebody has stays.',
    'not_in_team',
    'between_queues',
    'category_absent',
  )
  recategorise(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Recategorise }) body: z.infer<typeof Recategorise>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'recategorise', ...body }));
  }

  @Post('reroute')
  @HttpCode(HttpStatus.OK)
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'As a lead, have waiting tickets routed again by the rules of today: those named, and those that match.',
    description:
      'At most 500, the longest wait first; `queue` and `category` together are both. Answers for each whether it was asked ' +
      'for, or why not. The ticket waits on until its route has come, a moment later, and moves where that names another ' +
      'queue; not where somebody took or moved it meanwhile. Nothing becomes less urgent by it. What a ticket that has ' +
      'gone up may reach is its tier. `GET /tickets/:id/route` of routing explains it.',
  })
  @Answers({
    tickets: [
      { id: exampleId, number: 1042, done: true, code: null, detail: null },
      {
        id: otherExampleId,
        number: 1043,
        done: false,
        code: 'wrong_state',
        detail: 'The ticket is IN_PROGRESS; to have another route for it, it has to be QUEUED.',
      },
    ],
  })
  @Refuses('ticket_absent', 'wrong_state', 'lead_only', 'between_queues')
  reroute(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: Reroute }) body: z.infer<typeof Reroute>,
  ) {
    const { reason, ...wanted } = body;
    const idempotency = key === undefined ? undefined : { key, body: { command: 'reroute', body } };
    return askRoutes(this.commands, this.tickets, { by, doer: doerOf(by), reason, idempotency }, wanted);
  }
}
