import { Body, Controller, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '@tierline/auth';
import { Away, PersonId } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, Answers, By, Refuses } from '@tierline/service';
import { z } from 'zod';
import { absenceChanges } from '../absence-changes.ts';
import { absencesForLead, absencesOfPerson, sayAbsences } from '../absences.ts';
import { isLeadOfAll, ledBy } from '../leads.ts';
import { Tickets } from '../tickets.ts';
import { paging } from './requests.ts';

const Absences = z
  .strictObject({ items: z.array(z.strictObject(Away.shape)).max(50) })
  .meta({ example: { items: [{ from: '2026-12-21', until: '2027-01-03', deputy: 'tom.first' }] } });
type Absences = z.infer<typeof Absences>;

const ChangeFilter = z.strictObject({ person: PersonId.optional(), ...paging(200) });

const meaning =
  '`from` and `until` are days, both of them away, or instants. While somebody is away, mails that would go to him or ' +
  'her go to the deputy alone, or to whoever is next where there is none; the deputy of a lead decides for the team; no ' +
  'ticket is given to him or her. What an agent has ' +
  'and does not hold goes back to its queue as the absence begins. What the ' +
  'desk document says (`source: desk`) stands beside it and stays.';

const ofOthers =
  'A lead of a team says it of those who work in it. With a deputy the rights over the teams go on that the person ' +
  'leads, or is deputy for: only who is named as lead of each of them says that, or a lead of the whole desk.';

const absences = {
  items: [{ from: '2026-01-06', until: '2026-01-09', deputy: 'max.third', source: 'person' }],
} as const;

/** When people of the desk are away, as they say themselves, and who decides for their teams meanwhile. */
@ApiTags('people')
@Controller()
export class AbsencesController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Tickets) private readonly tickets: Tickets,
  ) {}

  @Get('me/leading')
  @Allow('desk.read')
  @ApiOperation({
    summary: 'The teams that you lead at this moment.',
    description:
      '`wholeDesk`: the role of your token gives you the rights of a lead over every team. `items` are the teams that ' +
      'the desk gives you to lead; `standsInFor` and `until` say for whom and how long, where you are the deputy.',
  })
  @Answers({
    wholeDesk: false,
    items: [{ team: 'network', name: 'Network', standsInFor: 'sofia.third', until: '2026-01-09T23:00:00.000Z' }],
  })
  async leading(@By() by: Caller) {
    const items = await this.database.asTenant(by.tenant, async (tx) =>
      ledBy(by, await this.tickets.deskOf(tx, by.tenant), tx.now),
    );
    return { wholeDesk: isLeadOfAll(by), items };
  }

  @Get('me/absences')
  @Allow('mail-preference.own')
  @ApiOperation({ summary: 'When you are away, and who stands in.', description: meaning })
  @Answers(absences)
  async mine(@By() { tenant, subject }: Caller) {
    return { items: await this.database.asTenant(tenant, (tx) => absencesOfPerson(tx, tenant, subject)) };
  }

  @Put('me/absences')
  @Allow('mail-preference.own')
  @ApiOperation({
    summary: 'Say when you are away and who stands in, in place of what you said before.',
    description: meaning,
  })
  @Answers(absences)
  @Refuses('agent_absent', 'absence_invalid')
  say(@By() by: Caller, @Body({ schema: Absences }) { items }: Absences) {
    return this.note(by, by.subject, items);
  }

  @Get('absences/changes')
  @Allow('desk.review')
  @ApiOperation({
    summary: 'The changes of what people said of absences, newest first: who, when, what before and after.',
    description: 'Those of the desk document stand in its versions.',
  })
  @Answers({
    items: [
      {
        at: '2026-01-05T09:30:00.000Z',
        by: 'agent:sofia.third',
        personId: 'sofia.third',
        before: [],
        after: [{ from: '2026-01-06', until: '2026-01-09', deputy: 'max.third' }],
      },
    ],
    next: null,
  })
  changes(
    @By() { tenant }: Caller,
    @Query({ schema: ChangeFilter }) { person, ...page }: z.infer<typeof ChangeFilter>,
  ) {
    return this.database.asTenant(tenant, (tx) => absenceChanges(tx, tenant, person ?? null, page));
  }

  @Get('staff/:personId/absences')
  @Allow('ticket.work')
  @ApiOperation({ summary: 'As a lead, see when somebody is away, and who stands in.', description: meaning })
  @Answers(absences)
  @Refuses('lead_only')
  async ofSomebody(@By() by: Caller, @Param('personId', { schema: PersonId }) person: string) {
    const items = await this.database.asTenant(by.tenant, async (tx) =>
      absencesForLead(tx, by, person, await this.tickets.deskOf(tx, by.tenant)),
    );
    return { items };
  }

  @Put('staff/:personId/absences')
  @Allow('ticket.work')
  @ApiOperation({
    summary: 'As a lead, say when somebody is away who cannot say so, being ill.',
    description: `${meaning} ${ofOthers}`,
  })
  @Answers(absences)
  @Refuses('lead_only', 'agent_absent', 'absence_invalid')
  sayFor(
    @By() by: Caller,
    @Param('personId', { schema: PersonId }) person: string,
    @Body({ schema: Absences }) { items }: Absences,
  ) {
    return this.note(by, person, items);
  }

  private async note(by: Caller, person: string, items: Absences['items']) {
    const deskOf = this.tickets.deskOf.bind(this.tickets);
    return { items: await sayAbsences(this.commands, deskOf, { by, person, items }) };
  }
}
