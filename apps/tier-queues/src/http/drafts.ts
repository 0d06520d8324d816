import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import {
  draftKinds,
  draftOf,
  draftsOf,
  putDraft,
  removeDraft,
  removedDraftsOf,
  restoreDraft,
  type DraftKind,
} from '../drafts.ts';
import { now } from './answer-examples.ts';
import { Nothing, exampleId } from './requests.ts';

const Ticket = z.union(
  [z.uuid().transform((id) => id.toLowerCase()), z.literal('new')],
  'is neither a ticket id nor `new`',
);
const Kind = z.enum(draftKinds);
const Written = z
  .strictObject({
    content: z.json(),
    device: z.string().min(1).max(80).optional(),
    seen: z.int().positive().optional(),
  })
  .meta({ example: { content: { text: 'Good morning, I am looking at' }, device: 'laptop', seen: 4711 } });
const draftExample = {
  ticket: exampleId,
  kind: 'reply',
  version: 4_712,
  device: 'laptop',
  content: { text: 'Good morning, I am looking at' },
  changedAt: now,
} as const;
const OfTicket = z.strictObject({ ticket: Ticket.optional() });
const Removal = z.strictObject({ cause: z.enum(['sent', 'discarded']).default('discarded') });

/** Drafts: what a person has typed and not sent. Nobody else ever sees them. */
@ApiTags('drafts')
@Allow('draft.keep')
@Controller('drafts')
export class DraftsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Your drafts, the latest first; `ticket` asks for those of one ticket.' })
  @Answers({ items: [draftExample], next: null })
  async list(@By() by: Caller, @Query({ schema: OfTicket }) { ticket = null }: { ticket?: string | null }) {
    return { items: await this.database.asTenant(by.tenant, (tx) => draftsOf(tx, by, ticket)), next: null };
  }

  @Get('removed')
  @ApiOperation({
    summary: 'Your drafts of the last 24 hours that were sent, thrown away, or written over from another device.',
  })
  @Answers({ items: [{ ...draftExample, id: exampleId, cause: 'sent', removedAt: now }], next: null })
  async removed(@By() by: Caller, @Query({ schema: OfTicket }) { ticket = null }: { ticket?: string | null }) {
    return { items: await this.database.asTenant(by.tenant, (tx) => removedDraftsOf(tx, by, ticket)), next: null };
  }

  @Post('removed/:id/restore')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take a removed draft up again.',
    description: 'One that was begun in its place since is removed in its turn.',
  })
  @Answers(draftExample)
  @Refuses('draft_absent')
  restore(@By() by: Caller, @Param('id', { schema: z.uuid() }) id: string, @Body({ schema: Nothing }) _body: Nothing) {
    return this.database.asTenant(by.tenant, (tx) => restoreDraft(tx, by, id));
  }

  @Get(':ticket/:kind')
  @ApiOperation({ summary: 'Your draft of this kind on a ticket, or on `new`.' })
  @Answers(draftExample)
  @Refuses('draft_absent')
  one(
    @By() by: Caller,
    @Param('ticket', { schema: Ticket }) ticket: string,
    @Param('kind', { schema: Kind }) kind: DraftKind,
  ) {
    return this.database.asTenant(by.tenant, (tx) => draftOf(tx, by, { ticket, kind }));
  }

  @Put(':ticket/:kind')
  @ApiOperation({
    summary: 'Save a draft; the last one saved wins.',
    description:
      'Send with `seen` the version that you last had. `overwrote` in the answer is the draft that was there when it was ' +
      'another one, from another device: show it; it can be had back for 24 hours. At most 256 KiB of JSON.',
  })
  @Answers({ ticket: exampleId, kind: 'reply', version: 4_713, changedAt: now, overwrote: draftExample })
  @Refuses('draft_too_large', 'too_many_drafts')
  put(
    @By() by: Caller,
    @Param('ticket', { schema: Ticket }) ticket: string,
    @Param('kind', { schema: Kind }) kind: DraftKind,
    @Body({ schema: Written }) written: z.infer<typeof Written>,
  ) {
    return this.database.asTenant(by.tenant, (tx) => putDraft(tx, by, { ticket, kind }, written));
  }

  @Delete(':ticket/:kind')
  @ApiOperation({
    summary: 'Take a draft away, because it was sent or thrown away; it can be had back for 24 hours.',
  })
  @Answers({ id: exampleId, ticket: exampleId, kind: 'reply', cause: 'discarded', recoverableForHours: 24 })
  @Refuses('draft_absent')
  remove(
    @By() by: Caller,
    @Param('ticket', { schema: Ticket }) ticket: string,
    @Param('kind', { schema: Kind }) kind: DraftKind,
    @Query({ schema: Removal }) { cause }: z.infer<typeof Removal>,
  ) {
    return this.database.asTenant(by.tenant, (tx) => removeDraft(tx, by, { ticket, kind }, cause));
  }
}
