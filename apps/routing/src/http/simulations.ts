import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, By, IdempotencyKey, Refuses } from '@tierline/service';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { cancelSimulation, listSimulations, readSimulation, startSimulation } from '../simulation-store.ts';
import { RuleList } from './rules.ts';

const Start = z.strictObject({ rules: RuleList, since: z.iso.datetime().optional() }).meta({
  example: {
    rules: [{ name: 'mail servers', when: { keywords: ['outlook'] }, then: { tier: 'tier-2', queue: 'messaging' } }],
    since: '2026-01-05T00:00:00.000Z',
  },
});
const SimulationId = z.uuid();

const month = 30 * 24 * 60 * 60 * 1_000;

/** Trials of draft rules over past tickets. */
@ApiTags('rules')
@Controller('simulations')
export class SimulationsController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'Try a draft of rules over the tickets opened since then; answers at once, read on with its id.',
    description:
      'Each ticket is routed by the rules in force and by the draft, with the time at which it was opened ' +
      'and the desk and the loads of now; told are those that differ. `since`: 30 days ago unless it is ' +
      'said.',
  })
  @Refuses('simulations_running')
  start(
    @By() by: Caller,
    @IdempotencyKey() key: string | undefined,
    @Body({ schema: Start }) body: z.output<typeof Start>,
  ) {
    const idempotency = key === undefined ? undefined : { key, body: { command: 'simulate', body } };
    return this.commands.within({ by, idempotency }, async (tx) => {
      const since = body.since ?? new Date(Date.parse(tx.now) - month).toISOString();
      return startSimulation(tx, by, { id: uuidv7(), rules: body.rules, since });
    });
  }

  @Get()
  @Allow('desk.review')
  @ApiOperation({ summary: 'The latest simulations, without their tickets.' })
  async list(@By() { tenant }: Caller) {
    return { items: await this.database.asTenant(tenant, (tx) => listSimulations(tx, tenant)), next: null };
  }

  @Get(':id')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'A simulation: how far it is, and which tickets would change, from where to where.',
    description: 'At most 1,000 tickets are told one by one; all are counted.',
  })
  @Refuses('simulation_absent')
  read(@By() { tenant }: Caller, @Param('id', { schema: SimulationId }) id: string) {
    return this.database.asTenant(tenant, (tx) => readSimulation(tx, tenant, id));
  }

  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  @Allow('desk.review')
  @ApiOperation({
    summary: 'End a simulation before its time; what it found so far stays.',
  })
  @Refuses('simulation_absent', 'simulation_ended')
  cancel(@By() by: Caller, @Param('id', { schema: SimulationId }) id: string) {
    return this.commands.within({ by }, (tx) => cancelSimulation(tx, by.tenant, id));
  }
}
