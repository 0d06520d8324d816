import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { HoldReason, Instant, Line, ResolutionCode, Text } from '@tierline/contracts';
import { By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Tickets } from '../tickets.ts';
import { Nothing, TicketCommand, TicketIdParameter, requestOf } from './requests.ts';

/** True: the children of the ticket get it, too. */
const children = z.boolean().default(false);
export const Reply = z
  .strictObject({ text: Text, children })
  .meta({ example: { text: 'Good morning, I am looking at your account now.', children: false } });
export const Note = z.strictObject({ text: Text }).meta({ example: { text: 'Account is not locked.' } });
export const Hold = z
  .strictObject({
    reason: HoldReason,
    until: Instant.optional(),
    note: Text.optional(),
    vendor: Line.optional(),
  })
  .meta({ example: { reason: 'VENDOR', vendor: 'Contoso Mail', until: '2026-01-08T09:00:00.000Z' } });
const VendorAnswer = z
  .strictObject({ text: Text, vendor: Line.optional() })
  .meta({ example: { text: 'Fixed in build 4711.' } });
export const Resolve = z
  .strictObject({
    code: ResolutionCode,
    solution: Text,
    lowerTierCouldHave: z.boolean().default(false),
    children,
  })
  .meta({ example: { code: 'solved', solution: 'Renewed the expired token of the mailbox.' } });
export const Reason = z.strictObject({ reason: Text }).meta({ example: { reason: 'opened twice by mistake' } });

const ending = ['not_in_team', 'open_children', 'major_incident', 'carries_others'];

/** Work on a ticket where it is: reply, note, hold, resume, resolve, reopen, cancel. */
@ApiTags('work')
@Controller()
export class WorkController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @TicketCommand(
    'reply',
    'Write to the requester; with `children` to those of all open children, too. Each child that refuses is named. ' +
      'The contact policy of the ticket’s tier says who may: its people, the lower tier for it, or nobody but leads.',
    'not_in_team',
    'contact_via_lower',
    'contact_internal',
  )
  reply(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reply }) body: z.infer<typeof Reply>,
  ) {
    const { children: withChildren, text } = body;
    const act = { type: 'reply', messageId: uuidv7(), text } as const;
    return this.tickets.request({ ...requestOf({ by, id, key, expected }, body, act), withChildren });
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
    'until_beyond_cap',
    'hold_cap_reached',
    'vendor_not_awaited',
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

  @TicketCommand('vendor-answer', 'Note what the vendor answered; a ticket that waits for it goes on.', 'not_in_team')
  vendorAnswer(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: VendorAnswer }) body: z.infer<typeof VendorAnswer>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'vendor-answer', ...body }));
  }

  @TicketCommand(
    'resolve',
    'Solve your ticket and write down how; with `children` all open children, too. Each child that refuses is named.',
    'not_owner',
  )
  resolve(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Resolve }) body: z.infer<typeof Resolve>,
  ) {
    const { children: withChildren, ...rest } = body;
    const request = requestOf({ by, id, key, expected }, body, { type: 'resolve', ...rest });
    return this.tickets.request({ ...request, withChildren });
  }

  @TicketCommand(
    'reopen',
    'Take a resolved or closed ticket up again.',
    'not_in_team',
    'reopen_window_passed',
    'desk_empty',
  )
  reopen(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reason }) body: z.infer<typeof Reason>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'reopen', ...body }));
  }

  @TicketCommand('spam', 'End the ticket as spam; it can be taken back for ten seconds.', 'already_answered', ...ending)
  spam(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'spam' }));
  }

  @TicketCommand('cancel', 'End the ticket without a solution.', ...ending)
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
