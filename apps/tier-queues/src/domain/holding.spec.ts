import { AttentionRaised, TicketHeld, TicketResumed, VendorAnswered } from '@tierline/contracts';
import { at, specFor } from '@tierline/testing/rules';
import type { Hold } from './command.ts';
import { ticketRules } from './decide.ts';
import { assigned, desk, doing, ida, inProgress, serviceDesk, started, tom, una, waiting } from './example.ts';

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
      .when(hold({ reason: 'CHANGE', until: '2026-04-05T08:00:00.000Z' }))
      .then(heldUntil('2026-04-05T08:00:00.000Z', 'CHANGE'));
    given(...inProgress)
      .when(hold({ reason: 'CHANGE', until: '2026-04-05T08:00:00.001Z' }))
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

describe('the cap on holds of a reason', () => {
  const hold = (act: Partial<Hold>) => doing({ type: 'hold', by: tom, reason: 'CUSTOMER', ...act });
  const resumed = TicketResumed({ ...serviceDesk, cause: 'agent' });
  const monthLater = '2026-02-04T08:00:00.000Z';
  /** Held for 28 of the 30 days that are allowed for the requester. */
  const heldLong = [...inProgress, heldUntil('2026-02-02T08:00:00.000Z'), at('2026-02-02T08:00:00.000Z', resumed)];
  const capped = TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: monthLater, note: null, capped: true });

  it('counts every hold of the reason, and no other', () => {
    expect(given(...heldLong).state()).toMatchObject({ beside: { held: { CUSTOMER: 28 * 24 * 60 * 60 * 1_000 } } });
    given(...heldLong)
      .when(hold({ reason: 'APPROVAL' }), '2026-02-02T08:00:00.000Z')
      .then(heldUntil('2026-02-09T08:00:00.000Z', 'APPROVAL'));
  });
  it('shortens a hold without a date to what is left', () =>
    given(...heldLong)
      .when(hold({}), '2026-02-02T08:00:00.000Z')
      .then(capped));
  it('refuses a date beyond it, and any hold when nothing is left', () => {
    given(...heldLong)
      .when(hold({ until: '2026-02-04T08:00:00.001Z' }), '2026-02-02T08:00:00.000Z')
      .thenRefused('until_beyond_cap', { fields: [{ path: 'until' }] });
    given(...heldLong, at('2026-02-02T08:00:00.000Z', capped), at(monthLater, resumed))
      .when(hold({}), monthLater)
      .thenRefused('hold_cap_reached', { fields: [{ path: 'reason' }] });
  });
  it('brings the ticket back by itself, and tells the lead', () =>
    given(...heldLong, at('2026-02-02T08:00:00.000Z', capped))
      .when(doing({ type: 'fire', kind: 'wake-up', generation: 3 }), monthLater)
      .then(
        TicketResumed({ ...serviceDesk, cause: 'cap' }),
        AttentionRaised({
          reason: 'hold-cap',
          detail: 'It was held as long as it may be for the reason CUSTOMER.',
          place: serviceDesk,
          agentId: null,
        }),
      ));
  it('may be another one on this desk', () => {
    const strict = { ...desk, limits: { ...desk.limits, holdCaps: { CUSTOMER: 60_000 } } };
    given(...inProgress)
      .when(doing({ type: 'hold', by: tom, reason: 'CUSTOMER' }, strict))
      .then(
        TicketHeld({ ...serviceDesk, reason: 'CUSTOMER', until: '2026-01-05T08:01:00.000Z', note: null, capped: true }),
      );
  });
});

describe('waiting for a vendor', () => {
  const forVendor = TicketHeld({ ...serviceDesk, reason: 'VENDOR', until: inAWeek, note: null, vendor: 'Contoso' });
  const answer = (act: object = {}) => doing({ type: 'vendor-answer', by: tom, text: 'Fixed.', ...act });
  const answered = VendorAnswered({ vendor: 'Contoso', text: 'Fixed.', agentId: 'tom' });

  it('names the vendor', () => {
    given(...inProgress)
      .when(doing({ type: 'hold', by: tom, reason: 'VENDOR', vendor: 'Contoso' }))
      .then(forVendor);
    given(...inProgress)
      .when(doing({ type: 'hold', by: tom, reason: 'CHANGE', vendor: 'Contoso' }))
      .thenRefused('vendor_not_awaited', { fields: [{ path: 'vendor' }] });
  });
  it('ends with the answer', () =>
    given(...inProgress, forVendor)
      .when(answer())
      .then(answered, TicketResumed({ ...serviceDesk, cause: 'vendor-answered' })));
  it('does not end a hold for another reason', () =>
    given(...held)
      .when(answer({ vendor: 'Contoso' }))
      .then(answered));
  it('is no business of another team, nor of a ticket that nobody works on', () => {
    given(...inProgress, forVendor)
      .when(answer({ by: ida }))
      .thenRefused('not_in_team');
    given(...waiting)
      .when(answer())
      .thenRefused('wrong_state');
  });
});
