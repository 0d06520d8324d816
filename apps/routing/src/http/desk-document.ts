import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { deskDocument } from '@tierline/contracts';
import {
  DeskDraft,
  DeskRevert,
  DeskStateNumber,
  DeskVersionNumber,
  DeskVersionPage,
  deskNumber,
  deskVersion,
  deskVersions,
  refuseFaults,
  warningsAt,
} from '@tierline/desk';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, SeenSequence, Refuses } from '@tierline/service';
import { z } from 'zod';
import {
  catalogueAtVersion,
  changeCatalogue,
  documentFaults,
  ownParts,
  planCatalogue,
  planRevert,
  readCatalogue,
  republishCatalogue,
  revertCatalogue,
} from '../catalogue.ts';
import { deskOf } from '../desks.ts';
import { documentExample, planExample, versionExample, versionWithFields } from './desk-examples.ts';

const Mode = z.strictObject({ mode: z.literal('replace').default('replace') });

const reverting =
  'Checked against the tiers, queues and calendars that routing has heard of. Places among rules are kept since they are ' +
  'told in the history; where one is not known, it is refused as `version_inexact`.';

/** Catalogue, matrix, rules and escalations as part of the desk's document: plan, change, history. */
@ApiTags('desk')
@Controller('desk')
export class DeskDocumentController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @Allow('desk.review')
  @ApiOperation({
    summary: 'Catalogue, matrix, rules and escalations as a document.',
    description: '`sequence` is its version: the `If-Match` of the next change; 0 before the first.',
  })
  @Answers(documentExample)
  read(@By() { tenant }: Caller) {
    return this.database.asTenant(tenant, async (tx) => {
      const sequence = await deskNumber(tx, tenant);
      return { sequence, document: deskDocument(await readCatalogue(tx, tenant)) };
    });
  }

  @Get('known')
  @Allow('desk.review')
  @ApiOperation({ summary: 'The tiers, queues and calendars that routing has heard of, by name.' })
  @Answers({ tiers: ['tier-1', 'tier-2'], queues: ['service-desk', 'messaging'], calendars: ['office'] })
  known(@By() { tenant }: Caller) {
    return this.database.asTenant(tenant, async (tx) => {
      const { tiers, queues, calendars } = await deskOf(tx, tenant);
      return { tiers: [...tiers.keys()], queues: [...queues.keys()], calendars: [...calendars.keys()] };
    });
  }

  @Put()
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Replace catalogue, matrix, rules and escalations by those of a whole desk document, all or none.',
    description:
      'The whole document is checked; the sorts of parts that are kept elsewhere are not stored here. `why`' +
      ' may stand beside the parts and is kept in the history; If-Match refuses a desk that changed ' +
      'meanwhile.',
  })
  @Answers({ sequence: 13, changed: 1, warnings: [] })
  @Refuses('desk_invalid')
  put(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Query({ schema: Mode }) _mode: z.infer<typeof Mode>,
    @Body({ schema: DeskDraft }) { parts, why }: DeskDraft,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'put-desk', parts } };
    return this.commands.within({ by, idempotency }, async (tx) => {
      refuseFaults(documentFaults(parts));
      const after = () => ownParts(parts);
      const { sequence, differences } = await changeCatalogue(tx, { by, why, expected, after });
      return { sequence, changed: differences.length, warnings: warningsAt(parts, tx.now) };
    });
  }

  @Post('plan')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'What a whole document would change here, and why it would be refused; nothing is stored.',
  })
  @Answers(planExample)
  plan(
    @By() { tenant }: Caller,
    @Query({ schema: Mode }) _mode: z.infer<typeof Mode>,
    @Body({ schema: DeskDraft }) { parts }: DeskDraft,
  ) {
    return this.database.asTenant(tenant, (tx) => planCatalogue(tx, tenant, parts));
  }

  @Post('republish')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Publish categories, matrix, rules and escalations again, as they are.',
    description:
      'For whoever listens to a kind of part since a later release than the one that published it. Each event has a new ' +
      'id and the next `sequence` of its part. Whoever has a ' +
      'part already keeps it as it is. Answers how many events that makes.',
  })
  @Answers({ sequence: 13, published: 42 })
  republish(@By() by: Caller, @IdempotencyKey() key: string | undefined) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'republish-desk' } };
    return this.commands.within({ by, idempotency }, (tx) => republishCatalogue(tx, by));
  }

  @Get('versions')
  @Allow('desk.review')
  @ApiOperation({ summary: 'The changes, newest first: who, when, why.' })
  @Answers({ items: [versionExample], next: null })
  versions(@By() { tenant }: Caller, @Query({ schema: DeskVersionPage }) page: z.infer<typeof DeskVersionPage>) {
    return this.database.asTenant(tenant, (tx) => deskVersions(tx, tenant, page));
  }

  @Get('versions/:number')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'One change, with every field before and after.',
  })
  @Answers(versionWithFields)
  @Refuses('version_absent')
  version(@By() { tenant }: Caller, @Param('number', { schema: DeskVersionNumber }) number: number) {
    return this.database.asTenant(tenant, (tx) => deskVersion(tx, tenant, number));
  }

  @Get('versions/:number/document')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'Catalogue, matrix, rules and escalations as they were after a version; 0: before the first.',
  })
  @Answers(documentExample)
  @Refuses('version_absent', 'version_inexact', 'desk_invalid')
  documentOf(@By() { tenant }: Caller, @Param('number', { schema: DeskStateNumber }) number: number) {
    return this.database.asTenant(tenant, async (tx) => ({
      sequence: number,
      document: deskDocument(await catalogueAtVersion(tx, tenant, number)),
    }));
  }

  @Post('versions/:number/plan')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'What going back to a version would change here; nothing is stored.',
    description: reverting,
  })
  @Answers(planExample)
  @Refuses('version_absent', 'version_inexact', 'desk_invalid')
  planRevert(@By() { tenant }: Caller, @Param('number', { schema: DeskStateNumber }) number: number) {
    return this.database.asTenant(tenant, (tx) => planRevert(tx, tenant, number));
  }

  @Post('versions/:number/revert')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Make catalogue, matrix, rules and escalations what they were after a version, as a new version.',
    description: `${reverting} The history says "Reverts to" and the number; If-Match refuses a desk that changed meanwhile.`,
  })
  @Answers({ sequence: 14, changed: 1 })
  @Refuses('version_absent', 'version_inexact', 'desk_invalid')
  revert(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @SeenSequence() expected: number | undefined,
    @Param('number', { schema: DeskStateNumber }) number: number,
    @Body({ schema: DeskRevert }) { why }: z.infer<typeof DeskRevert>,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'revert-desk', number } };
    return this.commands.within({ by, idempotency }, async (tx) => {
      const { sequence, differences } = await revertCatalogue(tx, { by, expected, number, why });
      return { sequence, changed: differences.length };
    });
  }
}
