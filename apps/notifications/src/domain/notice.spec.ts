import {
  AttentionRaised,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  ManagementNotified,
  OrphanDetected,
  SlaBreached,
  SlaOverrun,
  SlaWarned,
  StakeholderUpdateDue,
  StakeholdersUpdated,
  TicketClaimed,
  TicketStalled,
  type Fact,
  type Received,
  type Told,
} from '@tierline/contracts';
import { noticesOf } from './notice.ts';

const event = (fact: Fact): Received => ({
  ...fact,
  id: '019a0000-0000-7000-8000-000000000001',
  source: '/tier-queues',
  subject: '019a0000-0000-7000-8000-000000000002',
  time: '2026-01-05T08:00:00.000Z',
  tenant: 'acme',
  sequence: 1,
  actor: 'system:timer',
  correlationId: '019a0000-0000-7000-8000-000000000003',
  causationId: null,
  traceparent: null,
});
const notBefore = '2026-01-06T07:00:00.000Z';
const owner: Told = { who: 'owner', agentId: 'tom', team: 'phones', notBefore };
const lead: Told = { who: 'lead', agentId: 'lea', team: 'phones', notBefore };
const nobodyNamed: Told = { ...lead, agentId: null };
const told = (fact: Fact) => noticesOf(event(fact)).map(({ to }) => to);

describe('a warning', () => {
  const warned = (...tell: Told[]) => SlaWarned({ ...SlaWarned.example, kind: 'sla-resolution', share: 75, tell });

  it('goes to the owner, in his or her hours, and says until when', () =>
    expect(noticesOf(event(warned(owner)))).toEqual([
      {
        to: { person: 'tom' },
        text: '75 % of the time for the solution is used up. It is due on 2026-01-06 16:00 UTC.',
        notBefore,
        gathers: true,
      },
    ]));
  it('goes to the lead and the whole team where nobody owns the ticket', () =>
    expect(told(warned(lead))).toEqual([{ person: 'lea' }, { everybody: 'phones' }]));
});

describe('a breach', () => {
  const breached = (...tell: Told[]) => SlaBreached({ ...SlaBreached.example, due: notBefore, tell });

  it('goes to all who are to be told', () =>
    expect(told(breached(owner, lead, { ...lead, who: 'management', agentId: null }))).toEqual([
      { person: 'tom' },
      { person: 'lea' },
      { lead: 'phones' },
    ]));
  it('says since when', () =>
    expect(noticesOf(event(breached(lead)))[0]!.text).toBe(
      'The time for the solution is over: it was due on 2026-01-06 07:00 UTC.',
    ));
  it('says how far it goes on, and to whom its steps say', () => {
    const [head] = noticesOf(event(SlaOverrun(SlaOverrun.example)));
    expect(head).toMatchObject({
      to: { person: 'nadia.berg' },
      text: '150 % of the time for the solution is used up; it was due on 2026-01-06 16:00 UTC.',
    });
  });
  it('is not told again by the attention that it raises', () =>
    expect(told(AttentionRaised({ ...AttentionRaised.example, reason: 'breach' }))).toEqual([]));
});

it('tells the lead of what the watchdog mended', () => {
  const found = noticesOf(event(OrphanDetected({ kind: 'no-queue', repair: 'default-queue', tell: [nobodyNamed] })));
  expect(found).toMatchObject([
    { to: { lead: 'phones' }, text: 'The ticket was in no queue; it was put into the default queue.' },
  ]);
  expect(told(OrphanDetected({ kind: 'no-queue', repair: 'default-queue' }))).toEqual([]);
});

it('tells the lead of a ticket in which nothing happens', () =>
  expect(told(TicketStalled({ tell: [lead] }))).toEqual([{ person: 'lea' }]));

it('tells the lead of the team at once what people want decided', () => {
  const bounced = noticesOf(event(AttentionRaised({ ...AttentionRaised.example, detail: 'third return' })));
  expect(bounced).toMatchObject([{ to: { lead: 'messaging' }, gathers: false, notBefore: '2026-01-05T08:00:00.000Z' }]);
  expect(bounced[0]!.text).toContain('third return');
  expect(told(AttentionRaised({ ...AttentionRaised.example, reason: 'requester-asked', place: null }))).toEqual([
    { lead: null },
  ]);
});

it('tells those whom the event names while the ticket is between two queues', () => {
  const between = { place: null, tell: [owner, nobodyNamed] };
  const to = [{ person: 'tom' }, { lead: 'phones' }];
  expect(told(AttentionRaised({ ...AttentionRaised.example, reason: 'requester-asked', ...between }))).toEqual(to);
  expect(told(ManagementNotified({ ...ManagementNotified.example, ...between }))).toEqual(to);
  const major = MajorIncidentDeclared({ ...MajorIncidentDeclared.example, tell: [nobodyNamed] });
  expect(told(major)).toEqual([{ person: 'max.third' }, { lead: 'phones' }]);
});

it('tells the lead once that an agent notified management', () => {
  expect(told(ManagementNotified(ManagementNotified.example))).toEqual([{ lead: 'messaging' }]);
  expect(told(AttentionRaised({ ...AttentionRaised.example, reason: 'notified-up' }))).toEqual([]);
});

it('tells commander and lead of a major incident, and the commander when stakeholders wait', () => {
  expect(told(MajorIncidentDeclared(MajorIncidentDeclared.example))).toEqual([{ person: 'max.third' }, { lead: null }]);
  expect(told(StakeholderUpdateDue(StakeholderUpdateDue.example))).toEqual([{ person: 'max.third' }]);
});

it('tells those who heard of a major incident how it goes on and that it is over', () => {
  const nadia: Told = { ...lead, who: 'management', agentId: 'nadia' };
  const more = { commander: 'max.third', tell: [nobodyNamed, nadia] };
  const to = [{ person: 'max.third' }, { lead: 'phones' }, { person: 'nadia' }];
  const updated = StakeholdersUpdated({ ...StakeholdersUpdated.example, ...more });
  expect(told(updated)).toEqual(to);
  expect(noticesOf(event(updated))[0]!.text).toBe(
    'How the major incident stands: The mail store is being moved; half of the mailboxes work again.\n' +
      'Stakeholders are to be told again by 2026-01-05 09:30 UTC.',
  );
  const ended = MajorIncidentEnded({ ...MajorIncidentEnded.example, ...more });
  expect(told(ended)).toEqual(to);
  expect(noticesOf(event(ended))[0]).toMatchObject({
    text: 'The major incident is over: All mailboxes work.',
    gathers: false,
  });
});

it('tells both commanders and whoever heard of a major incident that somebody else commands it', () => {
  const changed = event(MajorCommanderChanged({ ...MajorCommanderChanged.example, tell: [lead] }));
  const goesOn = 'Max has been at it for ten hours.\nStakeholders are to be told again by 2026-01-05 10:00 UTC.';
  const others = `sofia.third commands the major incident now, max.third did until now: ${goesOn}`;
  expect(noticesOf(changed)).toMatchObject([
    {
      to: { person: 'sofia.third' },
      text: `You command the major incident now, max.third did until now: ${goesOn}`,
      gathers: false,
    },
    { to: { person: 'max.third' }, text: others },
    { to: { person: 'lea' }, text: others },
  ]);
});

it('tells nobody of updates and ends from before it was kept who heard of the beginning', () => {
  expect(told(StakeholdersUpdated(StakeholdersUpdated.example))).toEqual([]);
  expect(told(MajorIncidentEnded(MajorIncidentEnded.example))).toEqual([]);
});

it('tells who stands in for whom, and all of a team whose leads are away', () => {
  const deputy: Told = { ...lead, agentId: 'una', standsInFor: 'lea' };
  const team: Told = { ...nobodyNamed, everybody: true, standsInFor: 'lea' };
  const found = noticesOf(event(TicketStalled({ tell: [deputy, team] })));
  expect(found.map(({ to }) => to)).toEqual([{ person: 'una' }, { everybody: 'phones' }]);
  for (const { text } of found) expect(text).toContain('\nThis is for lea, who is away.');
  expect(told(StakeholderUpdateDue({ ...StakeholderUpdateDue.example, tell: [deputy] }))).toEqual([{ person: 'una' }]);
});

it('tells nobody of the ordinary way of a ticket', () =>
  expect(told(TicketClaimed(TicketClaimed.example))).toEqual([]));
