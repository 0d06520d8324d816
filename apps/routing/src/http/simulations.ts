import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, IdempotencyKey, Refuses } from '@tierline/service';
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

const started = {
  id: '019a0000-0000-7000-8000-000000000031',
  state: 'running',
  askedBy: 'agent:omar',
  askedAt: '2026-01-05T09:30:00.000Z',
  since: '2025-12-06T09:30:00.000Z',
  endedAt: null,
  reason: null,
  done: 0,
  total: 4_711,
  changed: 0,
  moves: [],
} as const;
const finished = {
  ...started,
  state: 'done',
  endedAt: '2026-01-05T09:30:07.000Z',
  done: 4_711,
  changed: 1,
  moves: [{ from: 'tier-1/service-desk', to: 'tier-2/messaging', tickets: 1 }],
} as const;

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
  @Answers({ ...started, tickets: [] })
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
  @Answers({ items: [finished], next: null })
  async list(@By() { tenant }: Caller) {
    return { items: await this.database.asTenant(tenant, (tx) => listSimulations(tx, tenant)), next: null };
  }

  @Get(':id')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'A simulation: how far it is, and which tickets would change, from where to where.',
    description: 'At most 1,000 tickets are told one by one; all are counted.',
  })
  @Answers({
    ...finished,
    tickets: [
      {
        id: '019a0000-0000-7000-8000-000000000010',
        number: 1042,
        subject: 'Outlook asks for my password again and again',
        from: { tier: 'tier-1', queue: 'service-desk', priority: 'P3', type: 'incident' },
        to: { tier: 'tier-2', queue: 'messaging', priority: 'P3', type: 'incident' },
        why: ['rule 1: mail servers: the subject has outlook'],
      },
    ],
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
  @Answers({ ...finished, state: 'cancelled', done: 2_000, tickets: [] })
  @Refuses('simulation_absent', 'simulation_ended')
  cancel(@By() by: Caller, @Param('id', { schema: SimulationId }) id: string) {
    return this.commands.within({ by }, (tx) => cancelSimulation(tx, by.tenant, id));
  }
}
