import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Slug, Text } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, SeenSequence, Refuses } from '@tierline/service';
import { z } from 'zod';
import { handoverForm } from '../handover-form.ts';
import { refuseUnseen } from '../sight.ts';
import { Tickets } from '../tickets.ts';
import {
  Nothing,
  TicketCommand,
  TicketIdParameter,
  exampleAnswer,
  exampleId,
  ineligible,
  requestOf,
} from './requests.ts';

const To = z.strictObject({ to: Slug, queue: Slug.optional() });
const Rate = z
  .strictObject({ score: z.int().min(1).max(5), reason: Text.optional() })
  .meta({ example: { score: 4, reason: 'The log was there; the exact time was not.' } });
const Tick = z.strictObject({ result: Text }).meta({ example: { result: 'locked again within a minute' } });

/** The hand-over from both sides: its form, its acceptance and its rating; and the runbook that fills it. */
@ApiTags('hand-over')
@Controller()
export class HandoversController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get('tickets/:id/hand-over')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'The form of the hand-over to a higher tier, prefilled, with what is still missing.',
    description: 'Each value says where it comes from.',
  })
  @Answers({
    ticketId: exampleId,
    sequence: 7,
    needed: true,
    from: { tier: 'tier-1', rank: 1, queue: 'service-desk', team: 'service-desk' },
    to: { tier: 'tier-2', name: 'Specialists', rank: 2, queue: null },
    fields: [
      {
        field: 'symptom',
        label: 'What the requester sees: symptom, exact error',
        required: true,
        value: 'Outlook asks for my password',
        source: 'opening',
      },
      { field: 'asked', label: 'What is asked of the next tier', required: true, value: null, source: null },
    ],
    missing: ['asked'],
    completeness: { required: 2, ready: 1 },
  })
  @Refuses('ticket_absent', 'between_queues', 'tier_absent', 'tier_not_higher')
  form(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Query({ schema: To }) { to, queue }: z.infer<typeof To>,
  ) {
    return this.database.asTenant(by.tenant, async (tx) => {
      await refuseUnseen(tx, by, id);
      const desk = await this.tickets.deskOf(tx, by.tenant);
      return handoverForm(tx, by.tenant, id, desk, { tier: to, queue, agentId: by.subject });
    });
  }

  @TicketCommand(
    'accept-hand-over',
    'Take the ticket with the hand-over as it is; who may not claim it may not accept it either.',
    'not_in_team',
    'between_queues',
    'no_handover',
    'own_handover',
    'already_claimed',
    ...ineligible,
  )
  accept(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'accept-handover' }));
  }

  @TicketCommand(
    'rate-hand-over',
    'Say how good the hand-over was, 1 to 5, once; 1 and 2 with the reason.',
    'not_in_team',
    'no_handover',
    'own_handover',
    'rated_already',
    'reason_required',
  )
  rate(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Rate }) body: z.infer<typeof Rate>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'rate-handover', ...body }));
  }

  @Post('tickets/:id/runbook/:step')
  @HttpCode(HttpStatus.OK)
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'Note the result of a step of the runbook; it counts as tried.',
  })
  @Answers(exampleAnswer)
  @Refuses('ticket_absent', 'wrong_state', 'not_in_team', 'step_absent')
  tick(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Param('step', { schema: Slug }) step: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Tick }) body: z.infer<typeof Tick>,
  ) {
    const act = { type: 'tick', step, ...body } as const;
    return this.tickets.request(requestOf({ by, id, key, expected }, { step, ...body }, act));
  }
}
