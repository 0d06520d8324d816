import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, Refuses, SeenSequence } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { readerOf, teamsLed } from '../leads.ts';
import { addView, putView, removeView, viewOf, viewsOf, type Viewer } from '../saved-views.ts';
import { Tickets } from '../tickets.ts';
import { windowCounts } from '../window-counts.ts';
import type { WindowQuery } from '../window-query.ts';
import { windowOf } from '../windows.ts';
import { cursor, now, rowExample } from './answer-examples.ts';
import { exampleId } from './requests.ts';
import { CountFilter, NewView, WindowFilter, type ViewDefinition } from './window-shapes.ts';

const ViewId = z.uuid('is not the id of a view');

const viewExample = {
  id: exampleId,
  name: 'Old and urgent',
  owner: 'tom.first',
  team: 'service-desk',
  definition: { view: 'unclaimed', priorities: ['P1', 'P2'], minAgeMinutes: 240 },
  version: 1,
  changedBy: 'tom.first',
  changedAt: now,
  mine: true,
} as const;

/** The list that agents work from, in windows, and the views that they save of it. */
@ApiTags('windows')
@Controller()
export class WindowsController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get('windows')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'A window of open tickets: at most 200 rows, by whose turn it is.',
    description:
      '`view`: `my-turn` (yours to work on now), `unclaimed`, `all` (the default), `waiting` (on hold). `scope=own`, the ' +
      'default, is the queues of the teams that you work in, lead, or lead for somebody who is away, `desk` all that you may see; `queues` names some. Lists are comma-separated; ' +
      '`owner` is a person, `me` or `nobody`; ages are counted from the opening; `q` is a number of a ticket, or words of its subject in any order, the last one begun at least, whatever case and accents; `sort=due`, the default, puts the soonest deadline first. `saved` applies a saved view, other ' +
      'parameters go over it. `after` takes `next` of the window before, under the same `sort` and `order`. `asOf` is ' +
      'the time of the answer by the clock of the database. Tickets on their way to a queue are in no window; the board counts them.',
  })
  @Answers({
    asOf: now,
    view: 'all',
    sort: 'due',
    order: 'asc',
    queues: ['service-desk'],
    items: [
      {
        ...rowExample,
        category: 'email-account',
        requesterName: 'Anna Berg',
        ownerName: 'Tom First',
        asked: null,
        drafts: ['reply'],
        unread: true,
      },
    ],
    next: cursor,
  })
  @Refuses('queue_absent', 'view_absent')
  window(@By() by: Caller, @Query({ schema: WindowFilter }) { limit, after, ...asked }: z.infer<typeof WindowFilter>) {
    return this.database.asTenant(by.tenant, async (tx) =>
      windowOf(tx, await this.reader(tx, by), await this.queryOf(tx, by, asked), { limit, after }),
    );
  }

  @Get('windows/counts')
  @Allow('queue.read')
  @ApiOperation({
    summary: 'How many tickets each view has under the same filters.',
    description:
      'Exact for the queues of your own teams. Of other queues, and with words in `q`, at most 1,000 are counted; `atLeast` says that there are more.',
  })
  @Answers({
    asOf: now,
    queues: ['service-desk'],
    views: {
      'my-turn': { count: 4, atLeast: false },
      unclaimed: { count: 12, atLeast: false },
      all: { count: 1_000, atLeast: true },
      waiting: { count: 7, atLeast: false },
    },
    late: { count: 1, atLeast: false },
    dueWithinTheHour: { count: 3, atLeast: false },
  })
  @Refuses('queue_absent', 'view_absent')
  counts(@By() by: Caller, @Query({ schema: CountFilter }) asked: z.infer<typeof CountFilter>) {
    return this.database.asTenant(by.tenant, async (tx) =>
      windowCounts(tx, await this.reader(tx, by), await this.queryOf(tx, by, asked)),
    );
  }

  @Get('views')
  @Allow('queue.read')
  @ApiOperation({ summary: 'Your saved views and those of your teams, by name.' })
  @Answers({ items: [viewExample], next: null })
  async views(@By() by: Caller) {
    const items = await this.database.asTenant(by.tenant, async (tx) => viewsOf(tx, await this.viewer(tx, by)));
    return { items, next: null };
  }

  @Post('views')
  @Allow('view.save')
  @ApiOperation({
    summary: 'Save a view, for yourself or, with `team`, for a team of yours.',
    description:
      'Who leads a team shares with it, too. The definition takes the parameters of a window and the columns to show.',
  })
  @Answers(viewExample)
  @Refuses('not_in_team', 'view_name_taken', 'too_many_views')
  add(@By() by: Caller, @IdempotencyKey() key: string | undefined, @Body({ schema: NewView }) body: NewView) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'add-view', body } };
    return this.commands.within({ by, idempotency }, async (tx) =>
      addView(tx, await this.viewer(tx, by), uuidv7(), body),
    );
  }

  @Put('views/:id')
  @Allow('view.save')
  @ApiOperation({
    summary: 'Replace a view of yours; who leads a team may replace what is shared with it.',
    description: 'If-Match takes the `version` that you saw.',
  })
  @Answers({ ...viewExample, version: 2 })
  @Refuses('view_absent', 'not_owner', 'not_in_team', 'view_name_taken')
  put(
    @By() by: Caller,
    @Param('id', { schema: ViewId }) id: string,
    @SeenSequence() expected: number | undefined,
    @Body({ schema: NewView }) body: NewView,
  ) {
    return this.commands.within({ by }, async (tx) =>
      putView(tx, await this.viewer(tx, by), id, { ...body, expected }),
    );
  }

  @Delete('views/:id')
  @Allow('view.save')
  @ApiOperation({ summary: 'Delete a view of yours; who leads a team may delete what is shared with it.' })
  @Answers({ id: exampleId, deleted: true })
  @Refuses('view_absent', 'not_owner')
  remove(@By() by: Caller, @Param('id', { schema: ViewId }) id: string) {
    return this.commands.within({ by }, async (tx) => removeView(tx, await this.viewer(tx, by), id));
  }

  private async reader(tx: Transaction, by: Caller) {
    return readerOf(by, await this.tickets.deskOf(tx, by.tenant), tx.now);
  }

  private async viewer(tx: Transaction, by: Caller): Promise<Viewer> {
    return { ...by, led: teamsLed(by, await this.tickets.deskOf(tx, by.tenant), tx.now) };
  }

  /** The saved view, if one is named, with what the request says itself over it. */
  private async queryOf(
    tx: Transaction,
    by: Caller,
    { saved, ...asked }: WindowQuery & { saved?: string | undefined },
  ): Promise<WindowQuery> {
    if (saved === undefined) return asked;
    const { definition } = await viewOf<ViewDefinition>(tx, await this.viewer(tx, by), saved);
    const { columns: _, ...named } = definition;
    return { ...named, ...asked };
  }
}
