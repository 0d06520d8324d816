import { eventually } from '@tierline/testing';
import type { Api, Person } from './api.ts';
import type { Ticket } from './people.ts';

type Event = { type: string; data: Record<string, unknown> };
type Clock = { clock: string; name: string; state: string; due: string | null };
type Route = { explanation: { matched: boolean; why: string }[] };
type Reason = { reason: string; detail: string };

/** Clock entries have a list of their own; mails are not what happened to the ticket. */
const besides = /^(clock-|sla-|notification-|staff-)/;

/** What somebody tried is refused, for this reason. */
export const isRefused = (code: string, attempt: Promise<unknown>) => expect(attempt).rejects.toMatchObject({ code });

const wordOf = ({ type }: Event): string => type.replace(/^tierline\.ticket\.(.*)\.v\d+$/, '$1');

/** What comes to an address, each waited for. */
export const mailboxOf = (mailApiUrl: string | undefined, address: string) => ({
  shows: (words: string) =>
    eventually(async () => {
      const response = await fetch(`${mailApiUrl}/api/user/${address}/messages/INBOX`);
      const mails = response.ok ? ((await response.json()) as { mimeMessage: string }[]) : [];
      expect(mails.map(({ mimeMessage }) => mimeMessage.replaceAll('=\r\n', '')).join('\n')).toContain(words);
    }),
});

/** What can be seen of a ticket, each waited for: services hear of each other in their own time. */
export const sightOf = (api: Api, by: Person) => {
  const ticketNow = ({ id }: Ticket) => api<Record<string, unknown>>(by, 'GET', `tier-queues/tickets/${id}`);
  const historyOf = async ({ id }: Ticket) =>
    (await api<{ items: Event[] }>(by, 'GET', `reporting/tickets/${id}/history?limit=200`)).items;
  const clocksOf = async ({ id }: Ticket) =>
    (await api<{ items: Clock[] }>(by, 'GET', `tier-queues/tickets/${id}/clocks`)).items;
  const reasonsOf = async ({ id }: Ticket) => {
    const { items } = await api<{ items: { id: string; reasons: Reason[] }[] }>(
      by,
      'GET',
      'tier-queues/attention?limit=200',
    );
    return items.find((item) => item.id === id)?.reasons ?? [];
  };
  const clockOf = async (ticket: Ticket, promise: string): Promise<Clock> => {
    const found = (await clocksOf(ticket)).find(({ name }) => name === promise);
    if (!found) throw new Error(`${ticket.reference} has no promise "${promise}"`);
    return found;
  };
  const explanationOf = async (ticket: Ticket, promise: string): Promise<string> => {
    const { clock } = await clockOf(ticket, promise);
    const path = `tier-queues/tickets/${ticket.id}/clocks/${encodeURIComponent(clock)}/explain`;
    return (await api<{ lines: string[] }>(by, 'GET', path)).lines.join('\n');
  };
  const dueOf = async (ticket: Ticket, promise: string): Promise<string> => {
    const { due } = await clockOf(ticket, promise);
    if (due === null) throw new Error(`"${promise}" of ${ticket.reference} does not run`);
    return due;
  };
  return {
    ticketShows: (ticket: Ticket, expected: object) =>
      eventually(async () => expect(await ticketNow(ticket)).toMatchObject(expected)),

    /** The desk has heard the requester, and nobody has answered yet. */
    waitsForAnAnswer: (ticket: Ticket) =>
      eventually(async () => expect((await ticketNow(ticket))['unansweredSince']).toEqual(expect.any(String))),

    /** Everything that happened to it, in order, and nothing else. */
    historyShows: (ticket: Ticket, events: readonly string[]) =>
      eventually(async () => {
        const words = (await historyOf(ticket)).map(wordOf).filter((word) => !besides.test(word));
        expect(words).toEqual(events);
      }),

    /** What the latest event of this name keeps. */
    historyKeeps: (ticket: Ticket, event: string, expected: object) =>
      eventually(async () => {
        const last = (await historyOf(ticket)).findLast((one) => wordOf(one) === event);
        expect(last?.data).toMatchObject(expected);
      }),

    /** Why routing sent it where it first went. */
    routeSays: (ticket: Ticket, words: string) =>
      eventually(async () => {
        const { routes } = await api<{ routes: Route[] }>(by, 'GET', `routing/tickets/${ticket.id}/route`);
        const reasons = routes[0]?.explanation.filter(({ matched }) => matched).map(({ why }) => why) ?? [];
        expect(reasons.join('\n')).toContain(words);
      }),

    figuresShow: (ticket: Ticket, expected: object) =>
      eventually(async () =>
        expect(await api<object>(by, 'GET', `reporting/tickets/${ticket.id}`)).toMatchObject(expected),
      ),

    /** The summary of the time since the ticket was opened. */
    summarySince: async (ticket: Ticket, expected: object) => {
      const { openedAt } = await ticketNow(ticket);
      await eventually(async () =>
        expect(await api<object>(by, 'GET', `reporting/summary?from=${String(openedAt)}`)).toMatchObject(expected),
      );
    },

    attentionListShows: (ticket: Ticket, reason: string, words: string) =>
      eventually(async () =>
        expect(await reasonsOf(ticket)).toMatchObject([{ reason, detail: expect.stringContaining(words) as string }]),
      ),
    attentionListIsWithout: (ticket: Ticket) => eventually(async () => expect(await reasonsOf(ticket)).toEqual([])),

    /** Every clock of the ticket, by what it promises, with its state. */
    clocksShow: (ticket: Ticket, expected: Readonly<Record<string, string>>) =>
      eventually(async () => {
        const clocks = await clocksOf(ticket);
        expect(Object.fromEntries(clocks.map(({ name, state }) => [name, state]))).toEqual(expected);
      }),

    /** Its explanation, as its reader gets it, has these words. */
    explanationSays: async (ticket: Ticket, promise: string, ...words: string[]) => {
      const explained = await explanationOf(ticket, promise);
      for (const each of words) expect(explained).toContain(each);
    },
    /** The promise was never stopped: no line of its explanation says so. */
    wasNeverOnHold: async (ticket: Ticket, promise: string) =>
      expect(await explanationOf(ticket, promise)).not.toMatch(/on hold/i),

    dueOf,
    staysDue: async (ticket: Ticket, promise: string, due: string) => expect(await dueOf(ticket, promise)).toBe(due),
  };
};
