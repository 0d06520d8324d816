import type { ManagementPart } from '@tierline/contracts';
import type { Absence } from './absences.ts';
import { aroundTheClock, type Calendar } from './clocks/calendar.ts';
import type { Desk, DeskAgent, Queue } from './desk.ts';
import { desk } from './example.ts';
import type { Presence } from './people.ts';
import { targetsOf, toldOfUnserved, unservedQueues, type Server } from './serving.ts';

const at = '2026-01-05T08:00:00.000Z';
const friday = '2026-01-09T18:00:00.000Z';
const hours = [{ from: '08:00', to: '17:00' }];
const office: Calendar = {
  id: 'office',
  version: 1,
  zone: 'Etc/UTC',
  hours: { monday: hours, tuesday: hours, wednesday: hours, thursday: hours, friday: hours },
  holidays: [],
  exceptions: [],
};
const night = { ...office, id: 'night', hours: { monday: [{ from: '20:00', to: '23:00' }] } };
const always = { ...office, id: 'always', hours: aroundTheClock };
const mondays = ['01-05', '01-12', '01-19', '01-26', '02-02'].map((day) => ({ date: `2026-${day}`, name: 'Repairs' }));
const closed = { ...night, id: 'closed', holidays: mondays };

const away = (personId: string, from: string, until: string, deputy: string | null = null): Absence => ({
  personId,
  from: `2026-01-${from}:00.000Z`,
  until: `2026-01-${until}:00.000Z`,
  deputy,
  source: 'person',
});
const week = (personId: string, deputy: string | null = null) => away(personId, '05T00:00', '12T00:00', deputy);
const agent = (
  agentId: string,
  shifts: string[] = ['office'],
  presence: Presence | null = null,
  said: string | null = presence && at,
): Server => ({
  agent: { agentId, name: agentId, teams: ['network'], ...(shifts.length > 0 && { shifts }) } satisfies DeskAgent,
  presence,
  said,
});
const on = (absences: Absence[] = [], more: Partial<Queue> = { calendar: 'office' }): Desk => ({
  ...desk,
  queues: new Map([['network', { queue: 'network', name: 'Network', tier: 'tier-2', team: 'network', ...more }]]),
  book: { policies: [], calendars: [office, night, always, closed] },
  absences,
});
const found = (people: Server[], of: Desk = on(), when = at) =>
  unservedQueues(of, people, when).map(({ detail }) => detail);

describe('a queue is served', () => {
  it('while one of its team will be there in the next day of its hours', () => {
    expect(found([agent('nils'), agent('zoe')], on([week('nils')]))).toEqual([]);
    expect(found([agent('nils')], on([away('nils', '05T00:00', '05T12:00')]))).toEqual([]);
    expect(found([agent('nils')], on([away('nils', '01T00:00', '05T16:30')], { calendar: 'always' }))).toEqual([]);
  });
  it('by who has no shifts, unless he or she is away since a day', () => {
    expect(found([agent('nils', [])])).toEqual([]);
    expect(found([agent('nils', [], 'busy')])).toEqual([]);
    expect(found([agent('nils', [], 'away')])).toEqual([]);
    const yesterday = '2026-01-04T08:00:00.000Z';
    const since = expect.stringContaining('nils is away since 2026-01-04 08:00 UTC') as string;
    expect(found([agent('nils', [], 'away', yesterday)])).toEqual([since]);
  });
  it('by who says to be there while it is open, beside the own shift', () => {
    expect(found([agent('nils', ['night'], 'present')])).toEqual([]);
    expect(found([agent('nils', ['night'], 'present')], on(), friday)).toHaveLength(1);
    expect(found([agent('nils', ['night'], 'present')], on([week('nils')]))).toHaveLength(1);
  });
  it('where it stays closed for longer than a month', () =>
    expect(found([], on([], { calendar: 'closed' }))).toEqual([]));
});

describe('nobody serves a queue', () => {
  it('of which all are away, or have other shifts; it is said of each', () => {
    expect(found([agent('nils'), agent('zoe', ['night'])], on([week('nils')]))).toEqual([
      'From 2026-01-05 08:00 to 2026-01-06 08:00 UTC: nils is away until 2026-01-12 00:00 UTC, zoe has no shift then.',
    ]);
    // On leave from the moment at which the own shift would begin.
    expect(found([agent('nils')], on([away('nils', '05T08:00', '12T00:00')]), '2026-01-05T07:00:00.000Z')).toEqual([
      expect.stringContaining('nils is away until'),
    ]);
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => agent(name, ['night']));
    expect(found(many)).toEqual([expect.stringMatching(/e has no shift then, and 2 more are not there\.$/)]);
  });
  it('whose team brings not what it asks for', () => {
    const more = { calendar: 'office', skills: [{ skill: 'routing', level: 2 }] };
    expect(found([agent('nils')], on([], more))).toEqual(['Nobody of team network has what the queue asks for.']);
    expect(found([])).toHaveLength(1);
  });
  it('on Monday, and that is found on Friday evening, not only when it opens', () => {
    const monday = [away('nils', '10T00:00', '20T00:00')];
    expect(found([agent('nils')], on(monday), friday)).toEqual([expect.stringMatching(/^From 2026-01-12 08:00/)]);
    expect(found([agent('nils')], on(), friday)).toEqual([]);
  });
  it('until somebody is back within a day', () => {
    const until = [away('nils', '05T00:00', '07T09:00')];
    expect(found([agent('nils')], on(until), '2026-01-06T08:30:00.000Z')).toHaveLength(1);
    expect(found([agent('nils')], on(until), '2026-01-06T09:30:00.000Z')).toEqual([]);
  });
});

describe('a queue that nobody serves', () => {
  const nadia: ManagementPart = { personId: 'nadia', name: 'Nadia', tiers: ['tier-2'] };
  const queue = on().queues.get('network')!;
  const told = (lead: string | undefined, absences: Absence[] = [], management: ManagementPart[] = []) =>
    toldOfUnserved(
      queue,
      {
        ...on(absences),
        management,
        teams: new Map([['network', { team: 'network', name: 'N', ...(lead && { lead }) }]]),
      },
      at,
    ).map(({ who, agentId }) => `${who} ${agentId}`);

  it('is told to the lead, the deputy of who is away, management where nobody stands in, or else the team', () => {
    expect(told('lea')).toEqual(['lead lea']);
    expect(told('lea', [week('lea', 'tom')])).toEqual(['lead tom']);
    expect(told('lea', [week('lea')], [nadia])).toEqual(['management nadia']);
    expect(told(undefined, [], [nadia])).toEqual(['management nadia']);
    expect(told(undefined, [], [{ ...nadia, tiers: ['tier-3'] }])).toEqual(['lead null']);
  });
  it('matters where tiers begin, and where another one hands over to', () => {
    const handing = [...desk.queues.values()].map((one) =>
      one.queue === 'phones' ? { ...one, handsOverTo: 'service-desk' } : one,
    );
    const queues = new Map(handing.map((one) => [one.queue, one]));
    expect([...targetsOf({ ...desk, queues })].sort()).toEqual(['mail-servers', 'messaging', 'service-desk']);
    expect([...targetsOf({ tiers: new Map(), queues })]).toEqual(['service-desk']);
  });
});
