import { Body, Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { AttentionReason, PersonId, Slug, Text, UndoableAct } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, SeenSequence } from '@tierline/service';
import { z } from 'zod';
import { attentionList } from '../attention-list.ts';
import { teamsLed } from '../leads.ts';
import { sightOf } from '../sight.ts';
import { unservedList } from '../unserved-queues.ts';
import { Tickets } from '../tickets.ts';
import { cursor, now, opened, rowExample } from './answer-examples.ts';
import { Nothing, TicketCommand, TicketIdParameter, paging, requestOf } from './requests.ts';

const AttentionFilter = z.strictObject({
  reason: AttentionReason.optional(),
  tier: Slug.optional(),
  mine: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  ...paging(200),
});
const Decision = z.strictObject({ decision: Text }).meta({ example: { decision: 'Messaging keeps it.' } });
const Reason = z.strictObject({ reason: Text }).meta({ example: { reason: 'The board meets in an hour.' } });
const Swarm = z
  .strictObject({ agents: z.array(PersonId).max(50).default([]), skill: Slug.optional(), question: Text })
  .meta({ example: { agents: ['max.third'], question: 'Is the mail store full?' } });
const Undo = z.strictObject({ act: UndoableAct.optional() }).default({}).meta({ example: {} });

/** What a lead has to look at, and how others are called in: attention, management, experts; and taking acts back. */
@ApiTags('teamwork')
@Controller()
export class AttentionController {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get('attention')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'Open tickets that a lead has to look at, with all reasons, the one that waits longest first.',
    description:
      'Settled when a lead assigns the ticket, calls experts, returns it, or decides. `queues`: ' +
      'those that nobody will serve in the next day of their hours, on the first page. `mine`: you may, leading the team; with ' +
      '`mine=true` those alone. A partner’s agent sees those in the queues of the own teams.',
  })
  @Answers({
    items: [
      {
        ...rowExample,
        since: now,
        mine: true,
        reasons: [{ reason: 'requester-asked', since: now, detail: 'Payroll runs tonight.' }],
      },
    ],
    next: cursor,
    queues: [
      {
        queue: 'network',
        name: 'Network',
        tier: 'tier-2',
        team: 'network',
        since: opened,
        openTickets: 5,
        detail: 'Nobody of team network is on shift until tomorrow.',
        mine: false,
      },
    ],
  })
  list(@By() by: Caller, @Query({ schema: AttentionFilter }) query: z.infer<typeof AttentionFilter>) {
    return this.database.asTenant(by.tenant, async (tx) => {
      const led = teamsLed(by, await this.tickets.deskOf(tx, by.tenant), tx.now);
      const reader = { ...(await sightOf(tx, by)), led };
      const list = await attentionList(tx, by.tenant, query, { ...query, ...reader });
      // They have no ticket whose reason could be asked for, and stand on the first page.
      const isAsked = query.reason === undefined && query.after === undefined;
      return { ...list, queues: isAsked ? await unservedList(tx, by.tenant, reader, query) : [] };
    });
  }

  @TicketCommand(
    'settle-attention',
    'As a lead, decide what becomes of a ticket that waits for a decision.',
    'lead_only',
    'no_attention',
  )
  settle(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Decision }) body: z.infer<typeof Decision>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'settle-attention', ...body }));
  }

  @TicketCommand('notify-up', 'Tell management about the ticket; it stays where it is.', 'not_in_team')
  notifyUp(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Reason }) body: z.infer<typeof Reason>,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'notify-up', ...body }));
  }

  @TicketCommand(
    'swarm',
    'Ask experts to join, by name or by skill; the owner stays.',
    'not_in_team',
    'expert_required',
    'agent_absent',
  )
  swarm(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Swarm }) body: z.infer<typeof Swarm>,
  ) {
    const { agents, skill = null, question } = body;
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'swarm', agents, skill, question }));
  }

  @TicketCommand('join', 'Join the owner of a ticket that you were asked to help with.', 'not_asked', 'skill_missing')
  join(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'join' }));
  }

  @TicketCommand('leave', 'Leave a ticket that you joined.')
  leave(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'leave' }));
  }

  @TicketCommand(
    'undo',
    'Take your last act back within ten seconds: claim, hold, assign, transfer, link, merge, spam; an escalation until ' +
      'somebody claims. `act` names the one that is meant.',
    'nothing_to_undo',
    'undo_not_yours',
    'undo_overtaken',
    'undo_too_late',
  )
  undo(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Undo }) body: z.infer<typeof Undo>,
  ) {
    const only = body.act === undefined ? {} : { only: body.act };
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'undo', ...only }));
  }

  @TicketCommand(
    'recall',
    'Take your escalation back while nobody has claimed the ticket.',
    'already_claimed',
    'nothing_to_undo',
    'undo_not_yours',
    'undo_overtaken',
  )
  recall(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: Nothing }) body: Nothing,
  ) {
    return this.tickets.request(requestOf({ by, id, key, expected }, body, { type: 'undo', only: 'escalate' }));
  }
}
