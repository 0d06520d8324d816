import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Line, LinkKind, Slug, Text } from '@tierline/contracts';
import { By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Tickets } from '../tickets.ts';
import { Nothing, TicketCommand, TicketId, TicketIdParameter, otherExampleId, requestOf } from './requests.ts';

export const Merge = z
  .strictObject({ into: TicketId, reason: Text.optional() })
  .meta({ example: { into: otherExampleId, reason: 'the same mailbox' } });
const Split = z
  .strictObject({ subject: Line, description: Text, category: Slug.optional() })
  .meta({ example: { subject: 'Printer without paper', description: 'By the way, the printer has no paper.' } });
export const Link = z
  .strictObject({ kind: LinkKind, to: TicketId })
  .meta({ example: { kind: 'parent-of', to: otherExampleId } });

/** Tickets and other tickets: merge, split, link. */
@ApiTags('relations')
@Controller()
export class RelationsController {
  constructor(@Inject(Tickets) private readonly tickets: Tickets) {}

  @TicketCommand(
    'merge',
    'End the ticket as a part of another open one. What its requester writes goes there, and what is answered there ' +
      'goes to its requester.',
    'not_in_team',
    'same_ticket',
    'target_absent',
    'target_ended',
    'open_children',
    'major_incident',
    'carries_others',
  )
  merge(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Merge }) body: z.infer<typeof Merge>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'merge', id, ...body }));
  }

  @TicketCommand('unmerge', 'Undo a merge at any time: the ticket stands as before it.', 'not_in_team')
  unmerge(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'unmerge' }));
  }

  @TicketCommand(
    'split',
    'Make a ticket of its own out of a part of this one, for the same requester. Answers `newTicketId`; the ticket is ' +
      'there a moment later.',
    'not_in_team',
  )
  async split(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Split }) body: z.infer<typeof Split>,
  ) {
    const newTicketId = uuidv7();
    const act = { type: 'split', newTicketId, ...body } as const;
    return this.tickets.request({ ...requestOf({ by, id, key, expected }, body, act), answer: { newTicketId } });
  }

  @TicketCommand(
    'link',
    'Link the ticket to another one; that one gets the opposite link. A child has one parent, and nothing leads back ' +
      'to itself.',
    'not_in_team',
    'same_ticket',
    'target_absent',
    'target_ended',
    'has_parent',
    'cycle',
  )
  link(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Link }) body: z.infer<typeof Link>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'link', id, ...body }));
  }

  @TicketCommand('unlink', 'Take a link away, on both tickets.', 'not_in_team', 'not_linked')
  unlink(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Link }) body: z.infer<typeof Link>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'unlink', ...body }));
  }
}
