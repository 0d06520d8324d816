import { Body, Controller, Get, Inject, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { may, type Caller } from '@tierline/auth';
import { DomainError, Slug } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { acquaintanceOf, sees, sightOf } from '../sight.ts';
import { coverageOf, expiringUntil, standingsOf, type Standing } from '../coverage.ts';
import { presences } from '../domain/people.ts';
import { after, day } from '../domain/time.ts';
import { teamsLed } from '../leads.ts';
import { Tickets } from '../tickets.ts';
import { presenceOf, sayPresence } from '../presences.ts';

const PresenceBody = z.strictObject({ presence: z.enum(presences) }).meta({ example: { presence: 'present' } });

const said = { agentId: 'tom.first', presence: 'present', since: '2026-01-05T07:55:00.000Z' } as const;
const TeamFilter = z.strictObject({ team: Slug.optional() });
const CoverageFilter = z.strictObject({
  team: Slug.optional(),
  days: z.coerce.number().int().min(1).max(31).default(7),
});
const ExpiryFilter = z.strictObject({ days: z.coerce.number().int().min(0).max(3_650).default(30) });

/** Who is there, and who will be. */
@ApiTags('people')
@Controller()
export class PresenceController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get('staff')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'The agents as they stand now: presence, shift and load.',
    description:
      '`load` counts tickets that are assigned or worked on, as `limits.capacityWeights` weighs them. `onShift` is null for an agent without shifts.',
  })
  @Answers({
    items: [
      {
        agentId: 'tom.first',
        name: 'Tom First',
        teams: ['service-desk'],
        presence: 'present',
        away: null,
        onShift: true,
        shiftEnds: '2026-01-05T16:00:00.000Z',
        load: 3,
        capacity: 5,
      },
    ],
  })
  async staff(@By() by: Caller, @Query({ schema: TeamFilter }) { team }: z.infer<typeof TeamFilter>) {
    return this.database.asTenant(by.tenant, async (tx) => {
      const desk = await this.tickets.deskOf(tx, by.tenant);
      const sight = await sightOf(tx, by);
      const seen = [...desk.queues.values()].flatMap((queue) => (sees(sight, queue.queue) ? [queue.team] : []));
      const all = await standingsOf(tx, by.tenant, desk, team ?? null);
      const isSeen = ({ teams }: Standing) => sight.queues === 'all' || teams.some((one) => seen.includes(one));
      return { items: all.filter(isSeen) };
    });
  }

  @Get('coverage')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'When a queue works in the next days and nobody is on shift who may take its tickets.',
    description:
      'For each queue with a calendar. `withoutShifts` names those who have no shifts: they may come, but nobody ' +
      'knows when.',
  })
  @Answers({
    items: [
      {
        queue: 'service-desk',
        team: 'service-desk',
        withoutShifts: ['una.first'],
        gaps: [{ from: '2026-01-06T11:00:00.000Z', to: '2026-01-06T12:00:00.000Z' }],
      },
    ],
  })
  async coverage(@By() by: Caller, @Query({ schema: CoverageFilter }) { team, days }: z.infer<typeof CoverageFilter>) {
    const items = await this.database.asTenant(by.tenant, async (tx) => {
      const desk = await this.tickets.deskOf(tx, by.tenant);
      const sight = await sightOf(tx, by);
      const all = await coverageOf(tx, by.tenant, desk, { team: team ?? null, until: after(tx.now, days * day) });
      return all.filter(({ queue }) => sees(sight, queue));
    });
    return { items };
  }

  @Get('certificates/expiring')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'Certificates of agents that have ended, or end within so many days; the earliest first.',
    description: 'Who leads teams by the desk, and may not read the reports, gets those of the agents in these teams.',
  })
  @Answers({
    items: [
      {
        agentId: 'max.third',
        name: 'Max Third',
        certification: 'network-expert',
        number: 'NE-4711',
        expires: '2026-01-31',
      },
    ],
  })
  @Refuses('lead_only')
  async expiring(@By() by: Caller, @Query({ schema: ExpiryFilter }) { days }: z.infer<typeof ExpiryFilter>) {
    const items = await this.database.asTenant(by.tenant, async (tx) => {
      const desk = await this.tickets.deskOf(tx, by.tenant);
      const teams = may(by.roles, 'report.read') ? 'all' : teamsLed(by, desk, tx.now);
      if (teams.length === 0)
        throw new DomainError('lead_only', 'Only who leads a team may see which certificates end.', 'forbidden');
      const all = await expiringUntil(tx, by.tenant, after(tx.now, days * day).slice(0, 10), teams);
      const known = await acquaintanceOf(tx, by);
      return all.filter(({ agentId }) => known === 'all' || known.has(agentId));
    });
    return { items };
  }

  @Get('me/presence')
  @Allow('ticket.work')
  @ApiOperation({ summary: 'What you last said; null when nothing, or when a shift of yours ended since.' })
  @Answers(said)
  mine(@By() by: Caller) {
    return this.database.asTenant(by.tenant, (tx) => presenceOf(tx, by.tenant, by.subject));
  }

  @Put('me/presence')
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'Say whether you are there.',
    description:
      '`present`: you are given work. `busy`: you are not, and may take some. `away`: neither. Until you say otherwise, ' +
      'or a shift of yours ends. Present off shift, you work longer, or earlier.',
  })
  @Answers(said)
  @Refuses('agent_absent')
  async say(@By() by: Caller, @Body({ schema: PresenceBody }) { presence }: z.infer<typeof PresenceBody>) {
    const said = await this.commands.within({ by }, (tx) => sayPresence(tx, by.tenant, by.subject, presence));
    if (said) return said;
    throw new DomainError('agent_absent', `The desk has no agent ${by.subject}.`, 'refused');
  }
}
