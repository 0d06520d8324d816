import {
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  StakeholderUpdateDue,
  StakeholdersUpdated,
  type ManagementPart,
  type Told,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing/rules';
import { ticketRules } from './decide.ts';
import {
  desk,
  doing,
  escalation,
  inProgress,
  lea,
  resolution,
  resolved,
  serviceDesk,
  tom,
  una,
  waiting,
} from './example.ts';
import { timersOf } from './timers.ts';

const { given } = specFor(ticketRules);
const known = new Map([['tom', ['service-desk']]]);
const declare = (act: object = {}) =>
  doing({ type: 'declare-major', by: lea, commander: 'tom', summary: 'No mail.', updateEvery: 30, ...act }, desk, {
    teams: known,
  });
const half = '2026-01-05T08:30:00.000Z';
const lead: Told = { who: 'lead', agentId: null, team: 'service-desk', notBefore: monday };
const declared = MajorIncidentDeclared({
  commander: 'tom',
  summary: 'No mail.',
  updateEvery: 30,
  updateDue: half,
  agentId: 'lea',
  tell: [lead],
});

describe('a major incident', () => {
  it('is declared by a lead, with a commander whom the desk knows', () => {
    given(...waiting)
      .when(declare())
      .then(declared);
    given(...waiting)
      .when(declare({ by: tom }))
      .thenRefused('lead_only');
    given(...waiting)
      .when(declare({ commander: 'nobody' }))
      .thenRefused('agent_absent', { fields: [{ path: 'commander' }] });
  });
  it('tells the lead of where it comes from while it is between two queues', () =>
    given(...inProgress, escalation(serviceDesk, 'tier-2', 2))
      .when(declare())
      .then(declared));
  it('is declared once, and of an open ticket', () => {
    given(...waiting, declared)
      .when(declare())
      .thenRefused('major_already', { conflict: { commander: 'tom' } });
    given(...resolved)
      .when(declare())
      .thenRefused('wrong_state');
  });
  it('has a timer for the next word to stakeholders while it is open', () => {
    expect(timersOf(given(...waiting, declared).state(), desk, half)).toEqual([
      { kind: 'stakeholder-update', clock: '', due: half, generation: 1 },
    ]);
    expect(timersOf(given(...inProgress, declared, resolution).state(), desk, half)).toMatchObject([{ kind: 'close' }]);
  });
  it('reminds its commander at each interval', () => {
    const due = StakeholderUpdateDue({ commander: 'tom', due: half, updateDue: '2026-01-05T09:00:00.000Z' });
    given(...waiting, declared)
      .when(doing({ type: 'fire', kind: 'stakeholder-update', generation: 1 }), half)
      .then(due);
    given(...waiting, declared, due)
      .when(doing({ type: 'fire', kind: 'stakeholder-update', generation: 1 }), half)
      .thenNothing();
    given(...inProgress, declared, resolution)
      .when(doing({ type: 'fire', kind: 'stakeholder-update', generation: 1 }), half)
      .thenNothing();
  });
  it('tells its stakeholders through its commander or a lead', () => {
    const tell = (by = tom) => doing({ type: 'update-stakeholders', by, text: 'Half works.' });
    const told = StakeholdersUpdated({
      text: 'Half works.',
      updateDue: half,
      agentId: 'tom',
      commander: 'tom',
      tell: [lead],
    });
    given(...waiting, declared)
      .when(tell())
      .then(told);
    given(...waiting, declared)
      .when(tell(una))
      .thenRefused('commander_only');
    given(...waiting)
      .when(tell())
      .thenRefused('not_major');
    expect(given(...waiting, declared, told).state()).toMatchObject({ beside: { major: { armed: 2 } } });
  });
  it('gets another commander, by a lead or by its commander, while nothing that is due moves', () => {
    const change = (act: object = {}) =>
      doing({ type: 'change-commander', by: tom, commander: 'una', reason: 'End of shift.', ...act }, desk, {
        teams: new Map([...known, ['una', ['service-desk']]]),
      });
    const changed = MajorCommanderChanged({
      commander: 'una',
      previous: 'tom',
      reason: 'End of shift.',
      updateDue: half,
      agentId: 'tom',
      tell: [lead],
    });
    const before = given(...waiting, declared);
    before.when(change()).then(changed);
    before.when(change({ by: lea })).then({ ...changed, data: { ...changed.data, agentId: 'lea' } });
    given(...inProgress, declared, resolution)
      .when(change())
      .then(changed);
    before.when(change({ by: una })).thenRefused('commander_only');
    before.when(change({ commander: 'tom' })).thenRefused('same_commander', { conflict: { commander: 'tom' } });
    before.when(change({ commander: 'nobody' })).thenRefused('agent_absent', { fields: [{ path: 'commander' }] });
    given(...waiting)
      .when(change())
      .thenRefused('not_major');
    const after = given(...waiting, declared, changed);
    expect(after.state()).toMatchObject({ beside: { major: { commander: 'una', updateDue: half, armed: 1 } } });
    after.when(doing({ type: 'end-major', by: tom, reason: 'Over.' })).thenRefused('commander_only');
    after
      .when(doing({ type: 'fire', kind: 'stakeholder-update', generation: 1 }), half)
      .then(StakeholderUpdateDue({ commander: 'una', due: half, updateDue: '2026-01-05T09:00:00.000Z' }));
  });
  it('is ended by its commander or a lead', () => {
    const end = (by = tom) => doing({ type: 'end-major', by, reason: 'All works.' });
    const ended = MajorIncidentEnded({ reason: 'All works.', agentId: 'tom', commander: 'tom', tell: [lead] });
    given(...waiting, declared)
      .when(end())
      .then(ended);
    given(...waiting, declared)
      .when(end(una))
      .thenRefused('commander_only');
    expect(given(...waiting, declared, ended).state()).toMatchObject({ beside: { major: null } });
  });
});

describe('management', () => {
  const named = (...management: ManagementPart[]) => ({ ...desk, management });
  const told = (personId: string): Told => ({
    who: 'management',
    agentId: personId,
    team: 'service-desk',
    notBefore: monday,
  });
  const peopleOf = (tell: readonly Told[] | undefined) => tell?.map(({ agentId }) => agentId);
  const nadia: ManagementPart = { personId: 'nadia', name: 'Nadia' };
  const until = [...waiting, { ...declared, data: { ...declared.data, tell: [lead, told('nadia')] } }];
  const tellIn = (events: readonly { data: unknown }[]) => peopleOf((events[0]!.data as { tell?: Told[] }).tell);
  const end = { type: 'end-major', by: tom, reason: 'All works.' } as const;
  const update = { type: 'update-stakeholders', by: tom, text: 'Half works.' } as const;

  it('is told of a major incident of its teams and tiers, and of every one where it names none', () => {
    const on = named(
      { personId: 'desk-head', teams: ['service-desk'] },
      { personId: 'other-head', teams: ['messaging'], tiers: ['tier-2'] },
      { personId: 'tier-head', teams: ['messaging'], tiers: ['tier-1'] },
      { personId: 'calls-alone', toldOf: ['notified-up'] },
      nadia,
    );
    const facts = given(...waiting)
      .when(
        doing({ type: 'declare-major', by: lea, commander: 'tom', summary: 'No mail.', updateEvery: 30 }, on, {
          teams: known,
        }),
      )
      .events();
    expect(tellIn(facts)).toEqual([null, 'desk-head', 'tier-head', 'nadia']);
  });
  it('hears of its end whoever heard of its beginning, though the desk names others since', () => {
    const facts = given(...until)
      .when(doing(end, named({ personId: 'omar', name: 'Omar' })))
      .events();
    expect(tellIn(facts)).toEqual([null, 'nadia']);
  });
  it('hears of updates from when it is named, and then of the end', () => {
    const on = named(nadia, { personId: 'omar', name: 'Omar' });
    const updated = given(...until)
      .when(doing(update, on))
      .events();
    expect(tellIn(updated)).toEqual([null, 'nadia', 'omar']);
    expect(
      tellIn(
        given(...until, ...updated)
          .when(doing(end, desk))
          .events(),
      ),
    ).toEqual([null, 'nadia', 'omar']);
  });
  it('is told of the end of what was declared before anybody was kept in mind', () => {
    const { tell: _tell, ...older } = declared.data;
    const facts = given(...waiting, { ...declared, data: older })
      .when(doing(end, named(nadia)))
      .events();
    expect(tellIn(facts)).toEqual([null, 'nadia']);
  });
});
