import { Body, Controller, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import {
  AgentPart,
  DomainError,
  PersonId,
  QueuePart,
  Slug,
  TierPart,
  allParts,
  type DeskParts,
} from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { agentsOf, queuesOf, tiersOf } from '../desk-lists.ts';
import { putDesk } from '../desk.ts';
import { acquaintanceOf, sees, sightOf } from '../sight.ts';
import { unservedByQueue } from '../unserved-queues.ts';
import { agentExample, queueExample, tierExample } from './desk-examples.ts';
import { paging, requireSame } from './requests.ts';

const TierBody = z
  .strictObject(TierPart.shape)
  .partial({ tier: true })
  .meta({ example: { name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' } });
const QueueBody = z
  .strictObject(QueuePart.shape)
  .partial({ queue: true })
  .meta({ example: { name: 'Service desk', tier: 'tier-1', team: 'service-desk' } });
const AgentBody = z
  .strictObject(AgentPart.shape)
  .partial({ agentId: true })
  .meta({ example: { name: 'Tom First', teams: ['service-desk'] } });
const QueueFilter = z.strictObject({ tier: Slug.optional(), team: Slug.optional(), ...paging(500) });
const AgentFilter = z.strictObject({ team: Slug.optional(), ...paging(500) });

/** The refusal of a change of one part, with paths in its own body: `tiers.0.rank` is `rank` there. */
const ofOnePart = (error: unknown): never => {
  if (!(error instanceof DomainError) || !error.extras.fields) throw error;
  const fields = error.extras.fields.map(({ path, message }) => ({ path: path.replace(/^\w+\.0\./, ''), message }));
  throw new DomainError(error.code, error.message.replace(/^\w+\.0\./, ''), error.kind, { ...error.extras, fields });
};

/** The desk, list by list and part by part. */
@ApiTags('desk')
@Controller()
export class DeskController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get('tiers')
  @Allow('desk.read')
  @ApiOperation({ summary: 'The tiers, lowest rank first.' })
  @Answers({ items: [tierExample], next: null })
  async tiers(@By() by: Caller) {
    const items = await this.database.asTenant(by.tenant, (tx) => tiersOf(tx, by.tenant));
    return { items, next: null };
  }

  @Get('queues')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'The queues by their slug.',
    description:
      '`unserved` says since when, and why, nobody will serve one in the next day of its hours; null: somebody will, or its tickets are out of your sight.',
  })
  @Answers({
    items: [
      { ...queueExample, unserved: null },
      {
        queue: 'servers',
        name: 'Servers',
        tier: 'tier-3',
        team: 'servers',
        unserved: { since: '2026-01-05T09:30:00.000Z', detail: 'Max Third is away.' },
      },
    ],
    next: null,
  })
  queues(@By() by: Caller, @Query({ schema: QueueFilter }) query: z.infer<typeof QueueFilter>) {
    return this.database.asTenant(by.tenant, async (tx) => {
      const { items, next } = await queuesOf(tx, by.tenant, query, query);
      const unserved = await unservedByQueue(tx, by.tenant);
      // What is said of a queue names people.
      const sight = await sightOf(tx, by);
      const shown = (queue: string) => (sees(sight, queue) ? (unserved.get(queue) ?? null) : null);
      return { items: items.map((queue) => ({ ...queue, unserved: shown(queue.queue) })), next };
    });
  }

  @Get('agents')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'The agents by their id, each with the teams that he or she works in.',
    description: 'A partner’s agent gets those of the own organisation.',
  })
  @Answers({ items: [agentExample], next: null })
  agents(@By() by: Caller, @Query({ schema: AgentFilter }) query: z.infer<typeof AgentFilter>) {
    return this.database.asTenant(by.tenant, async (tx) =>
      agentsOf(tx, by.tenant, { team: query.team, known: await acquaintanceOf(tx, by) }, query),
    );
  }

  @Put('tiers/:tier')
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Put one tier; its default queue has to be in it.',
  })
  @Answers({ ...tierExample, changed: true })
  @Refuses('desk_invalid')
  async putTier(
    @By() by: Caller,
    @Param('tier', { schema: Slug }) tier: string,
    @Body({ schema: TierBody }) body: z.infer<typeof TierBody>,
  ) {
    requireSame('tier', tier, body.tier);
    const part = { ...body, tier };
    const { tiers } = await this.put(by, { tiers: [part] });
    return { ...part, changed: tiers.changed > 0 };
  }

  @Put('queues/:queue')
  @Allow('desk.change')
  @ApiOperation({ summary: 'Put one queue into a tier that is there.' })
  @Answers({ ...queueExample, changed: true })
  @Refuses('desk_invalid')
  async putQueue(
    @By() by: Caller,
    @Param('queue', { schema: Slug }) queue: string,
    @Body({ schema: QueueBody }) body: z.infer<typeof QueueBody>,
  ) {
    requireSame('queue', queue, body.queue);
    const part = { ...body, queue };
    const { queues } = await this.put(by, { queues: [part] });
    return { ...part, changed: queues.changed > 0 };
  }

  @Put('agents/:agentId')
  @Allow('desk.change')
  @ApiOperation({ summary: 'Put one agent, with all teams that he or she works in.' })
  @Answers({ ...agentExample, changed: true })
  async putAgent(
    @By() by: Caller,
    @Param('agentId', { schema: PersonId }) agentId: string,
    @Body({ schema: AgentBody }) body: z.infer<typeof AgentBody>,
  ) {
    requireSame('agentId', agentId, body.agentId);
    const part = { ...body, agentId };
    const { agents } = await this.put(by, { agents: [part] });
    return { ...part, changed: agents.changed > 0 };
  }

  private async put(by: Caller, parts: Partial<DeskParts>) {
    return putDesk(this.commands, { by, parts: allParts(parts), mode: 'merge', why: null }).catch(ofOnePart);
  }
}
