import { isRefused } from './sight.ts';
import type { Stage } from './stage.ts';

const clocksAtNight = { 'First answer': 'met', Solution: 'running', 'Work of the partner': 'running' };

export const tellOfNightPartner = (on: () => Stage) =>
  it('gives Tier 1 to a partner by night, and goes on in the morning with what the partner left', async () => {
    const { amara, bola, nora, tom, nightEnds, ticketShows, routeSays, ...seen } = await on().nightCompany();

    const scanner = await amara.opens('The scanner sends empty files', { category: 'device' });
    const screen = await bola.opens('My second screen is black', { category: 'device' });
    const payslip = await amara.opens('My payslip is wrong', { category: 'payroll' });
    await ticketShows(scanner, { tier: 'tier-1', queue: 'night-desk' });
    await routeSays(scanner, 'calendar night is open');
    await ticketShows(payslip, { tier: 'tier-1', queue: 'service-desk' });

    // She sees and works on what is in the partner's own queues, and on nothing else.
    await nora.findsOnly(scanner, screen);
    await isRefused('ticket_absent', nora.looksAt(payslip));
    await isRefused('ticket_absent', nora.claims(payslip));

    await nora.claims(scanner);
    await nora.replies(scanner, 'I am trying another cable.');
    await nora.notes(scanner, 'The cable is not it; the driver is next.');
    await seen.clocksShow(scanner, clocksAtNight);
    const promised = await seen.dueOf(scanner, 'Solution');

    await nightEnds();
    for (const left of [scanner, screen])
      await ticketShows(left, { state: 'QUEUED', queue: 'service-desk', owner: null });
    const ended = 'The hours of night-desk ended';
    await seen.historyKeeps(scanner, 'transferred', { reason: `${ended}; it was with nora, who worked on it.` });
    await seen.historyKeeps(screen, 'transferred', { reason: `${ended}; it waited.` });
    await seen.clocksShow(scanner, { ...clocksAtNight, 'Work of the partner': 'stopped' });
    await seen.staysDue(scanner, 'Solution', promised);
    await nora.findsOnly();
    await isRefused('ticket_absent', nora.looksAt(scanner));

    await tom.claims(scanner);
    await seen.historyKeeps(scanner, 'note-added', { text: 'The cable is not it; the driver is next.' });
    await tom.solves(scanner, 'Installed the driver again.');
    await amara.reads(scanner, 'Installed the driver again.');
    const headset = await bola.opens('My headset is silent', { category: 'device' });
    await ticketShows(headset, { tier: 'tier-1', queue: 'service-desk' });
  });
