import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { deskDocument, deskSchema } from '@tierline/contracts';
import {
  DeskDraft,
  DeskRevert,
  DeskStateNumber,
  DeskVersionNumber,
  DeskVersionPage,
  deskNumber,
  deskVersion,
  deskVersions,
} from '@tierline/desk';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, SeenSequence, Refuses } from '@tierline/service';
import { z } from 'zod';
import { readDeskParts } from '../desk-store.ts';
import { republishDesk } from '../desk-facts.ts';
import { deskAtVersion, planDesk, putDesk, revertDesk } from '../desk.ts';
import { Tickets } from '../tickets.ts';
import { changeExample, documentExample, planExample, versionExample, versionWithFields } from './desk-examples.ts';

const Mode = z.strictObject({ mode: z.enum(['merge', 'replace']).default('merge') });

const modes =
  'With `mode=merge` what is not named stays as it is; with `mode=replace` the document is the whole desk, and what it ' +
  'does not name goes, unless open tickets use it. The sorts `categories`, `matrix`, `rules` and `escalations` are ' +
  'checked with the rest, and kept by the routing service.';

const reverting =
  'The same checks as with `mode=replace`, but for what the parts name among categories and rules, and what these name ' +
  'among the parts: routing keeps them, and goes back by its own versions. `desk revert` does both, and checks all.';

/** The desk as one reviewed document: plan, change, history. */
@ApiTags('desk')
@Controller('desk')
export class DeskDocumentController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get()
  @Allow('desk.review')
  @ApiOperation({
    summary: 'The desk as a document, as far as this service keeps it.',
    description: '`sequence` is its version: the `If-Match` of the next change; 0 before the first.',
  })
  @Answers(documentExample)
  read(@By() { tenant }: Caller) {
    return this.database.asTenant(tenant, async (tx) => {
      const sequence = await deskNumber(tx, tenant);
      return { sequence, document: deskDocument(await readDeskParts(tx, tenant)) };
    });
  }

  @Get('schema')
  @Allow('desk.read')
  @ApiOperation({ summary: 'The shape of a desk document, as JSON Schema 2020-12.' })
  @Answers({
    $id: 'urn:tierline:schema:desk:1',
    title: 'A Tierline desk',
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { desk: { type: 'number', const: 1 } },
    additionalProperties: false,
  })
  schema(): Record<string, unknown> {
    return deskSchema();
  }

  @Put()
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Change many parts of the desk at once, all or none.',
    description:
      `${modes} \`why\` may stand beside the parts and is kept in the history; If-Match refuses a desk that ` +
      'changed meanwhile.',
  })
  @Answers(changeExample)
  @Refuses('desk_invalid', 'desk_part_in_use')
  put(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Query({ schema: Mode }) { mode }: z.infer<typeof Mode>,
    @Body({ schema: DeskDraft }) { parts, why }: DeskDraft,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'put-desk', mode, parts } };
    return putDesk(this.commands, { by, parts, mode, why, expected, idempotency });
  }

  @Post('plan')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'What a document would change, also for open tickets, and why it would be refused; nothing is stored.',
    description:
      `${modes} \`openTickets\` counts, for tickets as they are now, which clocks go on under another edition and whose ` +
      'deadlines move, what moves with its queue or is handed over, and what nobody can serve any more; it says what it ' +
      'does not count, and of how many open tickets it looked at (10,000 at most, and as many as ten seconds allow). Null where the change would be refused.',
  })
  @Answers(planExample)
  plan(
    @By() { tenant }: Caller,
    @Query({ schema: Mode }) { mode }: z.infer<typeof Mode>,
    @Body({ schema: DeskDraft }) { parts }: DeskDraft,
  ) {
    return this.database.asTenant(tenant, (tx) => planDesk(tx, tenant, { parts, mode }, this.tickets));
  }

  @Post('republish')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Publish all parts of the desk that this service keeps again, as they are.',
    description:
      'For whoever listens to a kind of part since a later release than the one that published it. Each event has a new ' +
      'id and the next `sequence` of its part; `version` of calendars and policies stays, and so does the desk. Whoever ' +
      'has a part already keeps it as it is. Answers how many events that makes.',
  })
  @Answers({ sequence: 13, published: 42 })
  republish(@By() by: Caller, @IdempotencyKey() key: string | undefined) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'republish-desk' } };
    return republishDesk(this.commands, { by, idempotency });
  }

  @Get('versions')
  @Allow('desk.review')
  @ApiOperation({ summary: 'The changes of the desk, newest first: who, when, why.' })
  @Answers({ items: [versionExample], next: null })
  versions(@By() { tenant }: Caller, @Query({ schema: DeskVersionPage }) page: z.infer<typeof DeskVersionPage>) {
    return this.database.asTenant(tenant, (tx) => deskVersions(tx, tenant, page));
  }

  @Get('versions/:number')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'One change of the desk, with every field before and after.',
  })
  @Answers(versionWithFields)
  @Refuses('version_absent')
  version(@By() { tenant }: Caller, @Param('number', { schema: DeskVersionNumber }) number: number) {
    return this.database.asTenant(tenant, (tx) => deskVersion(tx, tenant, number));
  }

  @Get('versions/:number/document')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'The desk as a document, as far as this service keeps it, as it was after a version; 0: before the first.',
  })
  @Answers(documentExample)
  @Refuses('version_absent', 'version_inexact', 'desk_invalid')
  documentOf(@By() { tenant }: Caller, @Param('number', { schema: DeskStateNumber }) number: number) {
    return this.database.asTenant(tenant, async (tx) => ({
      sequence: number,
      document: deskDocument(await deskAtVersion(tx, tenant, number)),
    }));
  }

  @Post('versions/:number/plan')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'What going back to a version would change, also for open tickets; nothing is stored.',
    description: reverting,
  })
  @Answers(planExample)
  @Refuses('version_absent', 'version_inexact', 'desk_invalid')
  planRevert(@By() { tenant }: Caller, @Param('number', { schema: DeskStateNumber }) number: number) {
    return this.database.asTenant(tenant, async (tx) => {
      const parts = await deskAtVersion(tx, tenant, number);
      return planDesk(tx, tenant, { parts, mode: 'revert' }, this.tickets);
    });
  }

  @Post('versions/:number/revert')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Make the desk what it was after a version, as a new version.',
    description: `${reverting} The history says "Reverts to" and the number; If-Match refuses a desk that changed meanwhile.`,
  })
  @Answers(changeExample)
  @Refuses('version_absent', 'version_inexact', 'desk_invalid', 'desk_part_in_use')
  revert(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Param('number', { schema: DeskStateNumber }) number: number,
    @Body({ schema: DeskRevert }) { why }: z.infer<typeof DeskRevert>,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'revert-desk', number } };
    return revertDesk(this.commands, { by, number, why, expected, idempotency });
  }
}
