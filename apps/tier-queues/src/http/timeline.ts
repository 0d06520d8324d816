import { Body, Controller, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Slug } from '@tierline/contracts';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, InvalidInput, Refuses } from '@tierline/service';
import { z } from 'zod';
import { changesSince, markRead, timelineOf } from '../timeline.ts';
import { cursor, entryExample, now } from './answer-examples.ts';
import { TicketIdParameter, exampleId, listOf } from './requests.ts';

const Position = z.string().regex(/^\d{1,18}$/, 'is not the position of an entry');
const Cursor = z.string().max(500).optional();
const Slice = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  older: Cursor,
  newer: Cursor,
  around: Position.optional(),
  kinds: listOf(Slug).optional(),
});
const Read = z.strictObject({ position: Position }).meta({ example: { position: '81234' } });
const Since = z.strictObject({ since: z.coerce.number().int().min(0) });

const { actor, ...entry } = entryExample;
const by = { actor, name: 'Tom First' } as const;

const requireOneSide = ({ older, newer, around }: z.infer<typeof Slice>): void => {
  const sides = Object.entries({ older, newer, around }).filter(([, value]) => value !== undefined);
  if (sides.length < 2) return;
  throw new InvalidInput([{ path: sides[1]![0], message: `cannot stand beside ${sides[0]![0]}` }]);
};

/** The one story of a ticket, for every tier and for its requester. */
@ApiTags('timeline')
@Controller('tickets/:id')
export class TimelineController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get('timeline')
  @Allow('timeline.read')
  @ApiOperation({
    summary: 'A part of the ticket’s timeline, newest first.',
    description:
      'The newest entries, or those `older` or `newer` than a cursor, or those `around` the position of an entry. `kinds` takes ' +
      'groups (`conversation`, `notes`, `hand-overs`, `clocks`, `holds`, `routes`, `work`, `relations`, `outcome`) and single kinds. ' +
      '`firstUnread` is the position of the first entry by somebody else since you read. A requester gets the public entries ' +
      'of his or her own ticket, whatever is asked for; a partner’s agent the tickets of the own queues, where `tell` names people of the own ' +
      'organisation, and of others how many there were in which role.',
  })
  @Answers({
    asOf: now,
    items: [{ ...entry, group: 'conversation', by, unread: true }],
    older: cursor,
    newer: cursor,
    moreNewer: false,
    firstUnread: entry.position,
    unread: 1,
  })
  @Refuses('ticket_absent', 'entry_absent')
  timeline(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Query({ schema: Slice }) slice: z.infer<typeof Slice>,
  ) {
    requireOneSide(slice);
    return this.database.asTenant(by.tenant, (tx) => timelineOf(tx, by, id, slice));
  }

  @Put('read')
  @Allow('timeline.read')
  @ApiOperation({ summary: 'Note that you have read the timeline up to an entry; this never goes back.' })
  @Answers({ id: exampleId, position: entry.position, firstUnread: null, unread: 0 })
  @Refuses('ticket_absent', 'entry_absent')
  read(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Body({ schema: Read }) { position }: z.infer<typeof Read>,
  ) {
    return this.database.asTenant(by.tenant, (tx) => markRead(tx, by, id, position));
  }

  @Get('changes')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'What happened to the ticket since the sequence that you saw, oldest first.',
    description:
      '`repliedSince` is the last reply to the requester by somebody else among it: warn before sending a second one.',
  })
  @Answers({
    id: exampleId,
    asOf: now,
    sequence: 7,
    items: [{ sequence: 7, kind: 'agent-replied', at: now, by }],
    repliedSince: { sequence: 7, kind: 'agent-replied', at: now, by },
  })
  @Refuses('ticket_absent')
  changes(
    @By() by: Caller,
    @Param('id', { schema: TicketIdParameter }) id: string,
    @Query({ schema: Since }) { since }: z.infer<typeof Since>,
  ) {
    return this.database.asTenant(by.tenant, (tx) => changesSince(tx, by, id, since));
  }
}
