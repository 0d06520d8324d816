import { eventually } from '@tierline/testing';
import type { Api, Person } from './api.ts';
import { completeHandover } from './company.ts';

export type Ticket = { readonly id: string; readonly reference: string };

type Wish = { readonly category: string; readonly impact?: 'low' | 'medium' | 'high' | 'major' };
type Upwards = { readonly because: string; readonly handover?: object; readonly queue?: string };
type Downwards = { readonly because: string; readonly missing: string };

const idOf = (name: string) => name.toLowerCase().replace(' ', '.');

export const admin: Person = { id: 'omar', name: 'Omar', roles: ['admin'] };

const inSomeQueue = (api: Api, ticket: Ticket): Promise<void> =>
  eventually(async () => {
    const seen = await api<object>(admin, 'GET', `tier-queues/tickets/${ticket.id}`);
    expect(seen).toMatchObject({ state: 'QUEUED', queue: expect.any(String) as string });
  });

const requesterSees = (api: Api, by: Person, { id }: Ticket, expected: object): Promise<void> =>
  eventually(async () => expect(await api<object>(by, 'GET', `intake/tickets/${id}`)).toMatchObject(expected));

/** Somebody who asks for help, by what he or she does in the portal. */
export const requesterCalled = (api: Api, name: string) => {
  const by: Person = { id: idOf(name), name, roles: ['requester'] };
  const does = (ticket: Ticket, what: string, body: object) =>
    api(by, 'POST', `intake/tickets/${ticket.id}/${what}`, body);
  return {
    ...by,
    opens: async (subject: string, wish: Wish): Promise<Ticket> => {
      const body = { subject, description: `${subject}. Please help.`, ...wish };
      const ticket = await api<Ticket>(by, 'POST', 'intake/tickets', body);
      await inSomeQueue(api, ticket);
      // Both sides have heard of it then: what people do next comes after it in the history, too.
      await requesterSees(api, by, ticket, { status: 'waiting' });
      return ticket;
    },
    writes: (ticket: Ticket, text: string) => does(ticket, 'replies', { text }),
    asksForSomebodyInCharge: (ticket: Ticket, reason: string) => does(ticket, 'ask-escalation', { reason }),
    /** What the portal tells of a promise: these words, and none that only the desk understands. */
    isToldOf: async ({ id }: Ticket, promise: string, ...words: string[]) => {
      const clocks = `tier-queues/tickets/${id}/clocks`;
      const { items } = await api<{ items: { clock: string; name: string }[] }>(by, 'GET', clocks);
      const clock = encodeURIComponent(items.find(({ name }) => name === promise)?.clock ?? promise);
      const { lines } = await api<{ lines: string[] }>(by, 'GET', `${clocks}/${clock}/explain`);
      for (const each of words) expect(lines.join('\n')).toContain(each);
      expect(lines.join('\n')).not.toMatch(/P[1-4]|priority|queue|tier|[Ww]arned/);
    },
    confirms: (ticket: Ticket) => does(ticket, 'confirm', {}),
    sees: (ticket: Ticket, status: string) => requesterSees(api, by, ticket, { status }),
    reads: (ticket: Ticket, text: string) =>
      requesterSees(api, by, ticket, {
        conversation: expect.arrayContaining([expect.objectContaining({ text })]) as object,
      }),
  };
};

/** Somebody who works at the desk. */
export const agentCalled = (api: Api, name: string, roles: Person['roles'] = ['agent']) => {
  const by: Person = { id: idOf(name), name, roles };
  const does = (ticket: Ticket, what: string, body: object = {}) =>
    api<{ state: string }>(by, 'POST', `tier-queues/tickets/${ticket.id}/${what}`, body);
  return {
    ...by,
    looksAt: ({ id }: Ticket) => api<object>(by, 'GET', `tier-queues/tickets/${id}`),
    findsOnly: (...tickets: readonly Ticket[]) =>
      eventually(async () => {
        const { items } = await api<{ items: Ticket[] }>(by, 'GET', 'tier-queues/tickets?limit=200');
        expect(items.map(({ id }) => id).sort()).toEqual(tickets.map(({ id }) => id).sort());
      }),
    claims: (ticket: Ticket) => does(ticket, 'claim'),
    notes: (ticket: Ticket, text: string) => does(ticket, 'note', { text }),
    replies: (ticket: Ticket, text: string) => does(ticket, 'reply', { text }),
    solves: (ticket: Ticket, solution: string) => does(ticket, 'resolve', { code: 'solved', solution }),
    solvesWithChildren: (ticket: Ticket, solution: string) =>
      does(ticket, 'resolve', { code: 'solved', solution, children: true }),
    escalates: async (ticket: Ticket, { because, handover = completeHandover, queue = 'workplace' }: Upwards) => {
      await does(ticket, 'escalate', { tier: 'tier-2', queue, reason: because, handover });
      await inSomeQueue(api, ticket);
    },
    escalatesToExperts: async (ticket: Ticket, { because }: { because: string }) => {
      const handover = {
        ...completeHandover,
        analysis: 'The border router drops every second packet.',
        hypothesis: 'A broken line card.',
        changes: 'None.',
      };
      await does(ticket, 'escalate', { tier: 'tier-3', queue: 'backbone', reason: because, handover });
      await inSomeQueue(api, ticket);
    },
    says: (presence: 'present' | 'busy' | 'away') => api(by, 'PUT', 'tier-queues/me/presence', { presence }),
    recategorises: (ticket: Ticket, category: string, reason: string) =>
      does(ticket, 'recategorise', { category, reason }),
    recalls: (ticket: Ticket) => does(ticket, 'recall'),
    acceptsTheHandover: (ticket: Ticket) => does(ticket, 'accept-hand-over'),
    ratesTheHandover: (ticket: Ticket, score: number) => does(ticket, 'rate-hand-over', { score }),
    returns: (ticket: Ticket, { because, missing }: Downwards) => does(ticket, 'return', { reason: because, missing }),
    waitsForVendor: (ticket: Ticket, vendor: string) => does(ticket, 'hold', { reason: 'VENDOR', vendor }),
    notesVendorAnswer: (ticket: Ticket, text: string) => does(ticket, 'vendor-answer', { text }),
    waitsForApproval: (ticket: Ticket) => does(ticket, 'hold', { reason: 'APPROVAL' }),
    waitsForRequester: (ticket: Ticket) => does(ticket, 'hold', { reason: 'CUSTOMER' }),
    goesOn: (ticket: Ticket) => does(ticket, 'resume'),
    undoes: (ticket: Ticket) => does(ticket, 'undo'),
    updatesStakeholders: (ticket: Ticket, text: string) => does(ticket, 'update-stakeholders', { text }),
    handsOnTheCommand: (ticket: Ticket, { id: commander }: Person, reason: string) =>
      does(ticket, 'change-commander', { commander, reason }),
    isAwayUntilTomorrow: ({ id: deputy }: Person) => {
      const [from, until] = [0, 86_400_000].map((ahead) => new Date(Date.now() + ahead).toISOString());
      return api(by, 'PUT', 'tier-queues/me/absences', { items: [{ from, until, deputy }] });
    },
    isBack: () => api(by, 'PUT', 'tier-queues/me/absences', { items: [] }),
    decides: (ticket: Ticket, decision: string) => does(ticket, 'settle-attention', { decision }),
    endsMajorIncident: (ticket: Ticket, reason: string) => does(ticket, 'end-major', { reason }),
  };
};

/** Somebody who leads agents, and is one. */
export const leadCalled = (api: Api, name: string) => {
  const agent = agentCalled(api, name, ['lead', 'agent']);
  const does = (ticket: Ticket, what: string, body: object) =>
    api(agent, 'POST', `tier-queues/tickets/${ticket.id}/${what}`, body);
  return {
    ...agent,
    assigns: (ticket: Ticket, { id }: Person) => does(ticket, 'assign', { agentId: id }),
    declaresMajorIncident: (ticket: Ticket, summary: string, commander: Person) =>
      does(ticket, 'declare-major', { summary, commander: commander.id }),
    gathersChildren: (ticket: Ticket, words: string) => does(ticket, 'add-children', { words }),
  };
};
