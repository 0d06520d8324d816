import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { may, type Caller } from '@tierline/auth';
import { Channel, Impact, Line, PersonId, Slug, Text, Urgency } from '@tierline/contracts';
import { Commands, originOf } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, SeenSequence, Refuses } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Asker, Command } from './domain/asking.ts';
import type { Contact } from './domain/person.ts';
import { statuses, type Status } from './domain/request.ts';
import { answered, opened, listed, whole } from './answer-examples.ts';
import { listRequests, readRequest } from './queries.ts';
import { openings, requests, type Opening } from './store.ts';

const TicketPath = z.strictObject({ id: z.uuid() });
const NewTicket = z
  .strictObject({
    subject: Line,
    description: Text,
    category: Slug.optional(),
    impact: Impact.default('low'),
    urgency: Urgency.default('medium'),
    channel: Channel.optional(),
    requester: z.strictObject({ id: PersonId, name: Line, email: z.email().nullish() }).optional(),
    organisation: Line.optional(),
  })
  .meta({
    example: {
      subject: 'Outlook asks for my password again and again',
      description: 'Since this morning Outlook asks for my password every few minutes.',
      category: 'email-account',
      impact: 'low',
      urgency: 'medium',
    },
  });
const Reply = z.strictObject({ text: Text }).meta({ example: { text: 'It also happens on the second computer.' } });
const Confirmation = z
  .strictObject({ comment: Text.optional() })
  .default({})
  .meta({ example: { comment: 'Works, thank you!' } });
const Rejection = z.strictObject({ reason: Text }).meta({ example: { reason: 'After a restart it asks again.' } });
const Asking = z.strictObject({ reason: Text.optional() }).meta({ example: { reason: 'Payroll runs tonight.' } });

const groups: Record<'open' | 'done', readonly Status[]> = {
  open: ['received', 'waiting', 'in-progress', 'waiting-for-you', 'on-hold'],
  done: ['resolved', 'closed', 'cancelled', 'merged'],
};
const List = z.strictObject({
  status: z.enum([...statuses, 'open', 'done']).optional(),
  q: z.string().trim().min(1).max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
});

type TicketPath = z.output<typeof TicketPath>;
type NewTicket = z.output<typeof NewTicket>;
type List = z.output<typeof List>;

/** What comes with every command of a caller: who, for which ticket, and the headers that make it safe to repeat. */
type Asked = { caller: Caller; id: string; key: string | undefined; expected: number | undefined };

const askerOf = ({ subject, roles }: Caller): Asker => ({
  subject,
  actsForOthers: may(roles, 'ticket.open-for-others'),
});

/** Tokens without a name carry the subject as name, which says nothing. */
const contactOf = ({ subject, name, email }: Caller, requester: NewTicket['requester']): Contact =>
  requester
    ? { personId: requester.id, name: requester.name, email: requester.email }
    : { personId: subject, name: name === subject ? null : name, email: email ?? undefined };

const defaultChannel = ({ roles }: Caller, { requester }: NewTicket): Channel => {
  if (roles.includes('integrator')) return 'api';
  return requester ? 'phone' : 'web';
};

const statusesOf = (status: List['status']): readonly Status[] | null => {
  if (status === undefined) return null;
  return status === 'open' || status === 'done' ? groups[status] : [status];
};

@Controller('tickets')
export class TicketsController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Post()
  @Allow('ticket.open')
  @ApiOperation({
    summary: 'Open a ticket',
    description:
      'Answers when the ticket is stored; from then on it is never lost. With an `Idempotency-Key` it may ' +
      'be sent again.',
  })
  @Answers(opened)
  @Refuses('not_for_others')
  open(@By() caller: Caller, @Body({ schema: NewTicket }) body: NewTicket, @IdempotencyKey() key: string | undefined) {
    const { requester, category, organisation, channel, ...ticket } = body;
    const command: Opening['command'] = {
      ...ticket,
      type: 'open',
      by: askerOf(caller),
      requesterId: requester?.id ?? null,
      channel: channel ?? defaultChannel(caller, body),
      category: category ?? null,
      organisation: organisation ?? null,
    };
    const opening = { id: uuidv7(), origin: originOf(caller), command, contact: contactOf(caller, requester) };
    const idempotency = key === undefined ? undefined : { key, body: { open: body } };
    return this.commands.together(openings, { by: caller, idempotency }, opening);
  }

  @Get()
  @Allow('ticket.read-own')
  @ApiOperation({
    summary: 'List own tickets, newest first',
    description:
      '`status` is one status, or `open` or `done`; `q` looks in the subject, or is a number like T-1042. ' +
      '`next` is the `after` of the next page, null on the last one.',
  })
  @Answers({ items: [listed], next: '1042' })
  list(@By() { tenant, subject }: Caller, @Query({ schema: List }) { status, q, after, limit }: List) {
    const listing = { statuses: statusesOf(status), q: q ?? null, after: after ?? null, limit };
    return this.database.asTenant(tenant, (tx) => listRequests(tx, tenant, subject, listing));
  }

  @Get(':id')
  @Allow('ticket.read-own')
  @ApiOperation({
    summary: 'Read a ticket with its conversation',
    description: 'Own tickets, and those that one opened for somebody.',
  })
  @Answers(whole)
  @Refuses('ticket_absent')
  read(@By() caller: Caller, @Param({ schema: TicketPath }) { id }: TicketPath) {
    return this.database.asTenant(caller.tenant, (tx) => readRequest(tx, caller.tenant, id, askerOf(caller)));
  }

  @Post(':id/replies')
  @HttpCode(200)
  @Allow('ticket.answer-own')
  @ApiOperation({
    summary: 'Write to the desk',
    description:
      'A reply to a resolved ticket, or soon after the end to a closed one, reopens it; a later one opens a' +
      ' ticket that follows it.',
  })
  @Answers(answered)
  @Refuses('ticket_absent', 'ticket_cancelled')
  reply(
    @By() caller: Caller,
    @Param({ schema: TicketPath }) { id }: TicketPath,
    @Body({ schema: Reply }) { text }: z.output<typeof Reply>,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
  ) {
    const command = { type: 'reply', by: askerOf(caller), messageId: uuidv7(), text } as const;
    return this.command({ caller, id, key, expected }, command, { text });
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Allow('ticket.answer-own')
  @ApiOperation({
    summary: 'Say that the solution works',
    description: 'Once confirmed, again is harmless.',
  })
  @Answers({ ...answered, status: 'closed' })
  @Refuses('ticket_absent', 'not_resolved')
  confirm(
    @By() caller: Caller,
    @Param({ schema: TicketPath }) { id }: TicketPath,
    @Body({ schema: Confirmation }) { comment }: z.output<typeof Confirmation>,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
  ) {
    const command = { type: 'confirm', by: askerOf(caller), comment: comment ?? null } as const;
    return this.command({ caller, id, key, expected }, command, { comment });
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Allow('ticket.answer-own')
  @ApiOperation({
    summary: 'Say that the solution does not work',
    description: 'The ticket goes back to work.',
  })
  @Answers({ ...answered, status: 'waiting' })
  @Refuses('ticket_absent', 'not_resolved')
  reject(
    @By() caller: Caller,
    @Param({ schema: TicketPath }) { id }: TicketPath,
    @Body({ schema: Rejection }) { reason }: z.output<typeof Rejection>,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
  ) {
    const command = { type: 'reject', by: askerOf(caller), messageId: uuidv7(), reason } as const;
    return this.command({ caller, id, key, expected }, command, { reason });
  }

  @Post(':id/ask-escalation')
  @HttpCode(200)
  @Allow('ticket.answer-own')
  @ApiOperation({
    summary: 'Ask for somebody in charge',
    description: 'A lead is told that you wait; at most every four hours.',
  })
  @Answers(answered)
  @Refuses('ticket_absent', 'asked_already', 'not_open')
  askEscalation(
    @By() by: Caller,
    @Param({ schema: TicketPath }) { id }: TicketPath,
    @Body({ schema: Asking.default({}) }) { reason }: z.output<typeof Asking>,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
  ) {
    const command = { type: 'ask-escalation', by: askerOf(by), reason: reason ?? null } as const;
    return this.command({ caller: by, id, key, expected }, command, { reason });
  }

  private command({ caller, id, key, expected }: Asked, command: Command, said: object) {
    const idempotency = key === undefined ? undefined : { key, body: { [command.type]: id, ...said } };
    return this.commands.run(requests, { by: caller, id, command, expected, idempotency }, ({ sequence, state }) => ({
      id,
      sequence,
      status: state.status,
    }));
  }
}
