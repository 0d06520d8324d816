import { foreseen } from './foreseeing.ts';
import { arrives, hamburg, openedAt, play, promising, standard } from './promises-example.ts';
import type { KnownTicket } from './ticket.ts';
import { after, hour } from './time.ts';

const ticket = play(arrives).ticket as KnownTicket;
const at = after(openedAt, hour / 4);
const targets = (P2: number) => ({ ...standard.targets, 'sla-resolution': { P2 } });
const second = { ...standard, version: 2 };
const moves = (...policies: (typeof standard)[]) =>
  Object.fromEntries(
    foreseen(ticket, promising(policies), 'policy-changed', at).map(({ after: clock, what, overdue }) => [
      clock!.kind,
      overdue ? `${what}, overdue` : what,
    ]),
  );

describe('the clocks of an open ticket under another desk', () => {
  it('are kept where nothing changes', () =>
    expect(moves(standard)).toEqual({
      'sla-first-response': 'kept',
      'sla-resolution': 'kept',
      'ola-waiting': 'kept',
    }));
  it('count under a new edition without another deadline', () =>
    expect(moves(second)).toMatchObject({ 'sla-first-response': 'same', 'sla-resolution': 'same' }));
  it('are due earlier or later, also in the past', () => {
    expect(moves({ ...second, targets: targets(240) })).toMatchObject({ 'sla-resolution': 'earlier' });
    expect(moves({ ...second, targets: targets(960) })).toMatchObject({ 'sla-resolution': 'later' });
    expect(moves({ ...second, targets: targets(10) })).toMatchObject({ 'sla-resolution': 'earlier, overdue' });
  });
  it('end where nothing is promised any more, and begin where something is', () => {
    const { 'sla-resolution': _gone, ...less } = standard.targets;
    expect(moves({ ...second, targets: less })).toMatchObject({ 'sla-resolution': 'ends' });
    const under = promising([{ ...standard, targets: less }]);
    const without = play(arrives, under).ticket as KnownTicket;
    const found = foreseen(without, promising([second]), 'policy-changed', at);
    expect(found.filter(({ what }) => what === 'begins').map(({ after: clock }) => clock!.kind)).toEqual([
      'sla-resolution',
    ]);
  });
  it('follow a new edition of their calendar', () => {
    const shorter = { ...hamburg, version: 2, hours: { monday: [{ from: '08:00', to: '10:00' }] } };
    const found = foreseen(ticket, promising([standard], [hamburg, shorter]), 'calendar-changed', at);
    expect(found.find(({ before }) => before?.kind === 'sla-resolution')).toMatchObject({
      what: 'later',
      after: { calendar: { version: 2 } },
    });
  });
  it('leave the ticket as it is', () => expect(play(arrives).ticket).toEqual(ticket));
});
