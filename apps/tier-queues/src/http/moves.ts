import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Handover, Line, Slug, Text, TicketEscalated } from '@tierline/contracts';
import { By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { Tickets } from '../tickets.ts';
import { TicketCommand, TicketIdParameter, requestOf } from './requests.ts';

const isBlank = (value: unknown) =>
  value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);

/** A form sends fields that nobody filled in as blanks: they are missing, not malformed. */
const FilledIn = z.preprocess(
  (sent) =>
    typeof sent === 'object' && sent !== null && !Array.isArray(sent)
      ? Object.fromEntries(Object.entries(sent).filter(([, value]) => !isBlank(value)))
      : sent,
  Handover,
);

const { reason, handover } = TicketEscalated.example;
const escalation = { tier: 'tier-2', reason, handover };

export const Transfer = z
  .strictObject({ queue: Slug, reason: Text })
  .meta({ example: { queue: 'network', reason: 'the proxy drops the connection' } });
const Escalate = z
  .strictObject({ tier: Slug, queue: Slug.optional(), reason: Text, handover: FilledIn.default({}) })
  .meta({ example: escalation });
const Return = z
  .strictObject({ reason: Text, missing: Line.optional(), queue: Slug.optional() })
  .meta({ example: { reason: 'cannot be analysed without the log', missing: 'evidence' } });

/** Moves of a ticket: to another queue, up with a hand-over, back down with a reason. */
@ApiTags('work')
@Controller()
export class MovesController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @TicketCommand(
    'transfer',
    'Move the ticket to another queue of its tier.',
    'not_in_team',
    'between_queues',
    'queue_absent',
    'same_queue',
    'queue_of_other_tier',
  )
  transfer(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Transfer }) body: z.infer<typeof Transfer>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'transfer', ...body }));
  }

  @TicketCommand(
    'escalate',
    'Hand the ticket over to a higher tier; within the same team without a hand-over.',
    'not_in_team',
    'between_queues',
    'tier_absent',
    'tier_not_higher',
    'queue_absent',
    'queue_of_other_tier',
    'handover_incomplete',
    'escalation_not_allowed',
  )
  escalate(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Escalate }) body: z.infer<typeof Escalate>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'escalate', ...body }));
  }

  @TicketCommand(
    'return',
    'Give the ticket back to a lower tier, naming the field of its hand-over that is missing, or `wrong-team`. At the ' +
      'limit of bounces it stays, and the lead is asked.',
    'not_in_team',
    'between_queues',
    'lowest_tier',
    'queue_absent',
    'queue_not_lower',
    'missing_item_required',
    'lead_decides',
  )
  giveBack(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Return }) body: z.infer<typeof Return>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'return', ...body }));
  }
}
