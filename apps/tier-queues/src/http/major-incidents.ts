import { Body, Controller, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Line, PersonId, Slug, Text } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { addChildren } from '../child-tickets.ts';
import { Tickets } from '../tickets.ts';
import { TicketCommand, TicketIdParameter, doerOf, requestOf } from './requests.ts';

const Declare = z
  .strictObject({
    commander: PersonId,
    summary: Text,
    /** Minutes between two updates of the stakeholders. */
    updateEvery: z.int().min(5).max(1_440).default(30),
  })
  .meta({ example: { commander: 'max.third', summary: 'Nobody in Hamburg can send mail.', updateEvery: 30 } });
const Change = z
  .strictObject({ commander: PersonId, reason: Text })
  .meta({ example: { commander: 'sofia.third', reason: 'Max has been at it for ten hours.' } });
const Update = z.strictObject({ text: Text }).meta({ example: { text: 'Half of the mailboxes work again.' } });
const End = z.strictObject({ reason: Text }).meta({ example: { reason: 'All mailboxes work.' } });
const Children = z
  .strictObject({
    ids: z.array(z.uuid()).max(500).default([]),
    category: Slug.optional(),
    words: Line.optional(),
    openedSince: z.iso.datetime().optional(),
  })
  .refine(({ ids, category, words }) => ids.length > 0 || category !== undefined || words !== undefined, {
    message: 'name ids, a category or words',
    path: ['ids'],
  })
  .meta({ example: { category: 'email-account', openedSince: '2026-01-05T07:00:00.000Z' } });

/** Major incidents: a commander, words to stakeholders at fixed intervals, and the tickets that belong to it. */
@ApiTags('major incidents')
@Controller()
export class MajorIncidentsController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @TicketCommand(
    'declare-major',
    'As a lead, declare a major incident with its commander and the interval of the updates, in minutes.',
    'lead_only',
    'agent_absent',
    'away',
    'major_already',
  )
  declare(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Declare }) body: z.infer<typeof Declare>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'declare-major', ...body }));
  }

  @TicketCommand(
    'update-stakeholders',
    'Tell the stakeholders of a major incident how it stands; the next update is due an interval later.',
    'not_major',
    'commander_only',
  )
  update(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Update }) body: z.infer<typeof Update>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'update-stakeholders', ...body }));
  }

  @TicketCommand(
    'change-commander',
    'As the commander or a lead, let somebody else command the major incident: both are told, and whoever was told of it.',
    'not_major',
    'commander_only',
    'same_commander',
    'agent_absent',
    'away',
  )
  change(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Change }) body: z.infer<typeof Change>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'change-commander', ...body }));
  }

  @TicketCommand('end-major', 'End the major incident; the ticket goes on as any other.', 'not_major', 'commander_only')
  end(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: End }) body: z.infer<typeof End>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'end-major', ...body }));
  }

  @TicketCommand(
    'add-children',
    'As a lead, make open tickets children of this one: those named, and those of a category or with words in their ' +
      'subject. Answers what became of each.',
    'lead_only',
    'has_parent',
    'cycle',
    'target_ended',
  )
  addChildren(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Children }) body: z.infer<typeof Children>,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'add-children', id, body } };
    return addChildren(this.commands, this.tickets, { by, id, doer: doerOf(by), expected, idempotency }, body);
  }
}
