import { Body, Controller, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { PersonId, Slug, Text } from '@tierline/contracts';
import { Allow, Answers, By, IdempotencyKey, Refuses, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { Tickets } from '../tickets.ts';
import { Nothing, TicketCommand, TicketIdParameter, exampleAnswer, ineligible, requestOf } from './requests.ts';

const ClaimNext = z
  .strictObject({ queues: z.array(Slug).min(1).max(200).optional() })
  .default({})
  .meta({ example: { queues: ['service-desk'] } });
export const override = Text.optional().describe('Why a lead sets the rules aside that refuse the agent; recorded.');
const Claim = z.strictObject({ override }).default({}).meta({ example: {} });
export const Assign = z.strictObject({ agentId: PersonId, override }).meta({ example: { agentId: 'tom.first' } });

/** Who has a ticket: claim, claim next, assign, start, release. */
@ApiTags('work')
@Controller()
export class ClaimingController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @Post('claim-next')
  @HttpCode(HttpStatus.OK)
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'Take the ticket whose turn it is in the queues of your teams, or in those named.',
    description:
      'By priority, then the soonest deadline, then age, among those that you have the skills and certificates for. ' +
      'Answers `{ ticket: null }` when none waits. Refused when there is no queue that you may take from now.',
  })
  @Answers({ ticket: { ...exampleAnswer, sequence: 4, state: 'ASSIGNED' } })
  @Refuses('queue_absent', 'not_in_team', ...ineligible)
  async claimNext(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: ClaimNext }) body: z.infer<typeof ClaimNext>,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'claim-next', body } };
    return { ticket: await this.tickets.claimNext({ by, idempotency }, body.queues) };
  }

  @TicketCommand(
    'claim',
    'Take a waiting ticket; nobody else has it then.',
    'not_in_team',
    'already_claimed',
    'between_queues',
    ...ineligible,
    'lead_only',
  )
  claim(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Claim }) body: z.infer<typeof Claim>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'claim', ...body }));
  }

  @TicketCommand(
    'assign',
    'As a lead, give the ticket to an agent of its team.',
    'agent_absent',
    'agent_not_in_team',
    'between_queues',
    ...ineligible,
    'lead_only',
  )
  assign(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Assign }) body: z.infer<typeof Assign>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'assign', ...body }));
  }

  @TicketCommand('start', 'Begin to work on a ticket that you took.', 'not_owner')
  start(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'start' }));
  }

  @TicketCommand('release', 'Give your ticket back to its queue.', 'not_owner')
  release(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'release' }));
  }
}
