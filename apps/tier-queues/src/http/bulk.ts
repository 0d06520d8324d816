import { Body, Controller, HttpCode, HttpStatus, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { UndoableAct } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Allow, Answers, By, IdempotencyKey, Refuses } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { actOnEach, mostTickets } from '../bulk.ts';
import type { AgentAct } from '../domain/command.ts';
import { Tickets } from '../tickets.ts';
import { Assign, override } from './claiming.ts';
import { Transfer } from './moves.ts';
import { Link, Merge } from './relations.ts';
import { TicketId, doerOf, exampleAnswer, exampleId, otherExampleId, type Unsigned } from './requests.ts';
import { Recategorise } from './rerouting.ts';
import { Hold, Note, Reason, Reply, Resolve } from './work.ts';

const type = <T extends string>(name: T) => ({ type: z.literal(name) });

/** The acts that make sense for many tickets, each with the body of its command on one. */
const Act = z.discriminatedUnion('type', [
  z.strictObject({ ...type('claim'), override }),
  Assign.extend(type('assign')),
  z.strictObject(type('release')),
  Transfer.extend(type('transfer')),
  Reply.omit({ children: true }).extend(type('reply')),
  Note.extend(type('note')),
  Hold.extend(type('hold')),
  z.strictObject(type('resume')),
  Recategorise.extend(type('recategorise')),
  Merge.extend(type('merge')),
  Link.extend(type('link')),
  Resolve.omit({ children: true }).extend(type('resolve')),
  Reason.extend(type('reopen')),
  Reason.extend(type('cancel')),
  z.strictObject(type('spam')),
  z.strictObject({ ...type('undo'), act: UndoableAct.optional() }),
]);

const Named = z.strictObject({
  id: TicketId,
  sequence: z.int().min(1).optional().describe('The sequence that you saw; another one now is a conflict.'),
});
const hasNoTwice = (named: readonly { id: string }[]) => new Set(named.map(({ id }) => id)).size === named.length;
const Bulk = z
  .strictObject({
    tickets: z.array(Named).max(mostTickets).refine(hasNoTwice, 'names a ticket twice').default([]),
    childrenOf: TicketId.optional().describe('Instead of `tickets`: all children of this one.'),
    act: Act,
  })
  .refine(({ tickets, childrenOf }) => tickets.length > 0 !== (childrenOf !== undefined), {
    message: 'name tickets, or the one whose children are meant',
    path: ['tickets'],
  })
  .meta({
    example: {
      tickets: [{ id: exampleId, sequence: 6 }, { id: otherExampleId }],
      act: { type: 'hold', reason: 'VENDOR', vendor: 'Contoso Mail', until: '2026-01-08T09:00:00.000Z' },
    },
  });

/** The act as a command on the ticket of this id. */
const actOn = (id: string, act: z.infer<typeof Act>): Unsigned<AgentAct> => {
  switch (act.type) {
    case 'reply':
      return { ...act, messageId: uuidv7() };
    case 'note':
      return { ...act, noteId: uuidv7() };
    case 'merge':
    case 'link':
      return { ...act, id };
    case 'undo':
      return { type: 'undo', ...(act.act === undefined ? {} : { only: act.act }) };
    default:
      return act;
  }
};

/** One act on many tickets. */
@ApiTags('work')
@Controller()
export class BulkController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Post('tickets/bulk')
  @HttpCode(HttpStatus.OK)
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'Do the same with each of these tickets, or with all children of one.',
    description:
      `At most ${mostTickets}, in the order in which they are named. Each is judged as if it were asked for alone, and ` +
      'the answer says what became of each: `code` and `detail` are those of the refusal, `ticket` is how it is now. ' +
      'One that is refused stays as it was and keeps none of the others. With an `Idempotency-Key`, a repeat goes on ' +
      'where the first request was cut off. `undo` takes back what the caller did last on each.',
  })
  @Answers({
    tickets: [
      {
        ...{ id: exampleId, number: 1042, done: true, code: null, detail: null },
        ticket: { ...exampleAnswer, state: 'PENDING' },
      },
      {
        ...{ id: otherExampleId, number: 1043, done: false, code: 'not_owner' },
        ...{ detail: 'The ticket is with una.first, not with you.', ticket: null },
      },
    ],
  })
  @Refuses('ticket_absent', 'too_many_children')
  async bulk(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: Bulk }) body: z.infer<typeof Bulk>,
  ) {
    const { act, ...wanted } = body;
    const signed = (id: string): AgentAct => ({ ...actOn(id, act), by: doerOf(by) });
    const idempotency = key === undefined ? undefined : { key, body: { command: 'bulk', body } };
    return { tickets: await actOnEach(this.commands, this.tickets, { by, act: signed, idempotency }, wanted) };
  }
}
