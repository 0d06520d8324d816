import { TicketHeld, TicketResumed } from '@tierline/contracts';
import { specFor } from '@tierline/testing';
import type { Hold } from './command.ts';
import { ticketRules } from './decide.ts';
import { assigned, doing, ida, inProgress, serviceDesk, started, tom, una, waiting } from './example.ts';

const { given } = specFor(ticketRules);
const inAWeek = '2026-01-12T08:00:00.000Z';
const heldUntil = (until: string, reason: Hold['reason'] = 'CUSTOMER', note: string | null = null) =>
  TicketHeld({ ...serviceDesk, reason, until, note });
const held = [...inProgress, heldUntil(inAWeek)];

describe('hold', () => {
  const hold = (act: Partial<Hold>) => doing({ type: 'hold', by: tom, reason: 'CUSTOMER', ...act });

  it('lasts a week unless a date is named', () =>
    given(...inProgress)
      .when(hold({ note: 'asked for a screenshot' }))
      .then(heldUntil(inAWeek, 'CUSTOMER', 'asked for a screenshot')));
  it('lasts until the date', () =>
    given(...inProgress)
      .when(hold({ reason: 'SCHEDULED', until: '2026-01-06T07:00:00Z' }))
      .then(heldUntil('2026-01-06T07:00:00.000Z', 'SCHEDULED')));
  it('begins the work where it had not begun', () =>
    given(...assigned)
      .when(hold({ reason: 'VENDOR' }))
      .then(started(serviceDesk), heldUntil(inAWeek, 'VENDOR')));
  it('needs its date when it is scheduled', () =>
    given(...inProgress)
      .when(hold({ reason: 'SCHEDULED' }))
      .thenRefused('until_required', { fields: [{ path: 'until' }] }));
  it.each(['2026-01-05T08:00:00.000Z', '2026-01-04T08:00:00.000Z'])(
    'is refused until %s, which is not ahead',
    (until) =>
      given(...inProgress)
        .when(hold({ until }))
        .thenRefused('until_past', { fields: [{ path: 'until' }] }),
  );
  it('lasts ninety days at most', () => {
    given(...inProgress)
      .when(hold({ until: '2026-04-05T08:00:00.000Z' }))
      .then(heldUntil('2026-04-05T08:00:00.000Z'));
    given(...inProgress)
      .when(hold({ until: '2026-04-05T08:00:00.001Z' }))
      .thenRefused('until_too_far');
  });
  it('is refused to a colleague, and for a waiting or held ticket', () => {
    given(...inProgress)
      .when(hold({ by: una }))
      .thenRefused('not_owner');
    given(...waiting)
      .when(hold({}))
      .thenRefused('wrong_state');
    given(...held)
      .when(hold({}))
      .thenRefused('wrong_state');
  });
});

describe('resume', () => {
  const resume = (by = tom) => doing({ type: 'resume', by });
  const resumed = (cause: 'agent' | 'wake-up' | 'requester-replied') => TicketResumed({ ...serviceDesk, cause });

  it('goes on with its owner, whoever of the team ends the hold', () => {
    given(...held)
      .when(resume())
      .then(resumed('agent'));
    given(...held)
      .when(resume(una))
      .then(resumed('agent'));
    expect(given(...held, resumed('agent')).state()).toMatchObject({ state: 'IN_PROGRESS', owner: 'tom' });
  });
  it('is refused to another team, and without a hold', () => {
    given(...held)
      .when(resume(ida))
      .thenRefused('not_in_team');
    given(...inProgress)
      .when(resume())
      .thenRefused('wrong_state');
  });
  it('comes by itself at the wake-up, and when the requester writes', () => {
    given(...held)
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 2 }))
      .then(resumed('wake-up'));
    given(...held)
      .when(doing({ type: 'requester-replied' }))
      .then(resumed('requester-replied'));
    given(...held)
      .when(doing({ type: 'requester-confirmed' }))
      .thenNothing();
  });
  it('is not brought by the wake-up of an earlier hold', () =>
    given(...held, resumed('agent'), heldUntil(inAWeek))
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 2 }))
      .thenNothing());
  it('leaves nothing behind of the hold', () =>
    expect(given(...held, resumed('agent')).state()).not.toHaveProperty('hold'));
});
