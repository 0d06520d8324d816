import {
  MajorIncidentDeclared,
  MajorIncidentEnded,
  StakeholderUpdateDue,
  StakeholdersUpdated,
} from '@tierline/contracts';
import { monday, specFor } from '@tierline/testing';
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
const declared = MajorIncidentDeclared({
  commander: 'tom',
  summary: 'No mail.',
  updateEvery: 30,
  updateDue: half,
  agentId: 'lea',
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
      .then({
        ...declared,
        data: { ...declared.data, tell: [{ who: 'lead', agentId: null, team: 'service-desk', notBefore: monday }] },
      }));
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
    const told = StakeholdersUpdated({ text: 'Half works.', updateDue: half, agentId: 'tom' });
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
  it('is ended by its commander or a lead', () => {
    const end = (by = tom) => doing({ type: 'end-major', by, reason: 'All works.' });
    const ended = MajorIncidentEnded({ reason: 'All works.', agentId: 'tom' });
    given(...waiting, declared)
      .when(end())
      .then(ended);
    given(...waiting, declared)
      .when(end(una))
      .thenRefused('commander_only');
    expect(given(...waiting, declared, ended).state()).toMatchObject({ beside: { major: null } });
  });
});
