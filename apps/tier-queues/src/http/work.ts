import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { HoldReason, Instant, Line, ResolutionCode, Text } from '@tierline/contracts';
import { By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Tickets } from '../tickets.ts';
import { Nothing, TicketCommand, TicketIdParameter, requestOf } from './requests.ts';

const Reply = z.strictObject({ text: Text });
const Note = z.strictObject({ text: Text });
const Hold = z.strictObject({
  reason: HoldReason,
  until: Instant.optional(),
  vendor: Line.optional(),
  note: Text.optional(),
});
const Resolve = z.strictObject({
  code: ResolutionCode,
  solution: Text,
  lowerTierCouldHave: z.boolean().default(false),
});
const Reason = z.strictObject({ reason: Text });

/** Work on a ticket where it is: reply, note, hold, resume, resolve, reopen, cancel. */
@ApiTags('work')
@Controller()
export class WorkController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @TicketCommand('reply', 'Write to the requester.', 'not_in_team')
  reply(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reply }) body: z.infer<typeof Reply>,
  ) {
    return this.tickets.request(
      requestOf({ by, id, key, expected }, body, { type: 'reply', messageId: uuidv7(), ...body }),
    );
  }

  @TicketCommand('note', 'Write an internal note; requesters never see it.', 'not_in_team')
  note(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Note }) body: z.infer<typeof Note>,
  ) {
    return this.tickets.request(
      requestOf({ by, id, key, expected }, body, { type: 'note', noteId: uuidv7(), ...body }),
    );
  }

  @TicketCommand(
    'hold',
    'Let your ticket wait for somebody or something, until a date at the latest.',
    'not_owner',
    'until_required',
    'until_past',
    'until_too_far',
  )
  hold(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Hold }) body: z.infer<typeof Hold>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'hold', ...body }));
  }

  @TicketCommand('resume', 'End the hold.', 'not_in_team')
  resume(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'resume' }));
  }

  @TicketCommand('resolve', 'Solve your ticket and write down how.', 'not_owner')
  resolve(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Resolve }) body: z.infer<typeof Resolve>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'resolve', ...body }));
  }

  @TicketCommand('reopen', 'Take a resolved or closed ticket up again.', 'not_in_team', 'reopen_window_passed')
  reopen(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reason }) body: z.infer<typeof Reason>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'reopen', ...body }));
  }

  @TicketCommand('cancel', 'End the ticket without a solution.', 'not_in_team')
  cancel(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reason }) body: z.infer<typeof Reason>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'cancel', ...body }));
  }
}
