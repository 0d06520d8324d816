import { RequesterReplied } from '@tierline/contracts';
import { eventually } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { messaging, routed } from './domain/example.ts';
import { foreigner, ida, lea, person, startDesk, tom, una } from './testing/desk-under-test.ts';

let desk: Awaited<ReturnType<typeof startDesk>>;
let { get, tell, untilState, newTicket, act, told } = {} as typeof desk;

beforeAll(async () => {
  desk = await startDesk({ REOPEN_WINDOW_DAYS: '0.00000001' });
  ({ get, tell, untilState, newTicket, act, told } = desk);
});

afterAll(() => desk?.stop());

describe('merge', () => {
  it('carries the words of both requesters, and is undone as it was', async () => {
    const target = await newTicket();
    const id = await newTicket({ requesterId: 'ben' });
    await act(id, 'claim', tom);
    expect((await act(id, 'merge', tom, { into: id })).body).toMatchObject({ code: 'same_ticket' });
    expect((await act(id, 'merge', tom, { into: target })).body).toMatchObject({ state: 'MERGED', owner: null });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ mergedInto: { ticketId: target } });
    const messageId = uuidv7();
    await tell(id, RequesterReplied({ messageId, text: 'And mine?' }), { actor: 'requester:ben' });
    await eventually(async () => {
      const { timeline } = (await get(`/tickets/${target}`)).body;
      expect(timeline.filter(({ kind }) => kind === 'merged-reply-received')).toMatchObject([{ data: { messageId } }]);
    });
    await act(target, 'claim', tom);
    await act(target, 'reply', tom, { text: 'Both of you: soon.' });
    await eventually(() => expect(told(id)).toContain('agent-replied'));
    expect((await act(target, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'carries_others' });
    expect((await act(id, 'unmerge', tom)).body).toMatchObject({ state: 'ASSIGNED', owner: 'tom' });
    expect((await get(`/tickets/${target}`)).body).toMatchObject({ parts: [] });
    await eventually(() => expect(told(target)).toContain('merge-withdrawn'));
  });

  it('is undone within ten seconds by who made it', async () => {
    const [target, id] = [await newTicket(), await newTicket()];
    await act(id, 'merge', tom, { into: target });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ undo: { act: 'merge', by: 'tom' } });
    expect((await act(id, 'undo', una)).body).toMatchObject({ code: 'undo_not_yours' });
    expect((await act(id, 'undo', tom)).body).toMatchObject({ state: 'QUEUED' });
    expect((await get(`/tickets/${target}`)).body).toMatchObject({ parts: [] });
    expect((await act(id, 'undo', tom)).body).toMatchObject({ code: 'nothing_to_undo' });
  });

  it('is undone although an answer to both goes out at the same moment, each holding what the other waits for', async () => {
    const part = await newTicket({ requesterId: 'ben' });
    const target = await newTicket();
    await act(part, 'merge', tom, { into: target });
    const { database } = desk.service;
    const waiting = (count: number) =>
      eventually(async () =>
        expect(
          await database.query(
            `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
             WHERE NOT l.granted AND a.datname = current_database()`,
          ),
        ).toHaveLength(count),
      );
    const both = await database.inBackground(async (tx) => {
      await tx.query('SELECT 1 FROM ticket WHERE id = $1 FOR UPDATE', [part]);
      const parting = act(part, 'unmerge', tom);
      await waiting(1);
      const answering = act(target, 'reply', tom, { text: 'Soon.' });
      await waiting(2);
      return [parting, answering];
    });
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await get(`/tickets/${target}`)).body).toMatchObject({ parts: [] });
  });

  it('leads through several tickets', async () => {
    const [third, second, first] = [await newTicket(), await newTicket(), await newTicket({ requesterId: 'ben' })];
    await act(second, 'merge', tom, { into: third });
    expect((await act(first, 'merge', tom, { into: second })).body).toMatchObject({ code: 'target_ended' });
    await act(second, 'unmerge', tom);
    await act(first, 'merge', tom, { into: second });
    expect((await act(second, 'merge', tom, { into: third })).body).toMatchObject({ code: 'carries_others' });
  });

  it('knows nothing of another tenant', async () => {
    const [target, id] = [await newTicket(), await newTicket()];
    const theirs = await act(id, 'merge', foreigner, { into: target });
    expect(theirs).toMatchObject({ status: 404, body: { code: 'ticket_absent' } });
  });
});

describe('link', () => {
  it('stands on both, refuses circles, and goes from both', async () => {
    const [a, b, c] = [await newTicket(), await newTicket(), await newTicket()];
    await act(a, 'link', tom, { kind: 'parent-of', to: b });
    await act(b, 'link', tom, { kind: 'parent-of', to: c });
    expect((await act(c, 'link', tom, { kind: 'parent-of', to: a })).body).toMatchObject({ code: 'cycle' });
    expect((await act(a, 'link', tom, { kind: 'child-of', to: c })).body).toMatchObject({ code: 'cycle' });
    expect((await act(a, 'link', tom, { kind: 'parent-of', to: c })).body).toMatchObject({ code: 'has_parent' });
    expect((await get(`/tickets/${b}`)).body).toMatchObject({
      links: [
        { kind: 'child-of', id: a, state: 'QUEUED' },
        { kind: 'parent-of', id: c },
      ],
    });
    expect((await act(a, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'open_children' });
    expect((await act(b, 'undo', tom)).status).toBe(200);
    expect((await get(`/tickets/${c}`)).body).toMatchObject({ links: [] });
    await act(b, 'unlink', tom, { kind: 'child-of', to: a });
    expect((await get(`/tickets/${a}`)).body).toMatchObject({ links: [] });
    expect((await act(a, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ state: 'CANCELLED' });
  });

  it("reaches for a partner's agent the children in sight alone", async () => {
    const [parent, mine, other] = [await newTicket(), await newTicket(), await newTicket({}, messaging)];
    await act(parent, 'add-children', lea, { ids: [mine, other] });
    const partner = person('tom', 'partner-agent');
    await act(parent, 'claim', partner);
    const { body } = await act(parent, 'reply', partner, { text: 'We are on it.', children: true });
    expect(body.children).toEqual([expect.objectContaining({ id: mine, done: true })]);
    expect((await get(`/tickets/${other}`)).body.timeline.map(({ kind }) => kind)).not.toContain('agent-replied');
  });

  it('takes replies and solutions to the children, and names who refused', async () => {
    const parent = await newTicket();
    const [mine, other, solved] = [await newTicket(), await newTicket({}, messaging), await newTicket()];
    expect((await act(parent, 'add-children', tom, { ids: [mine] })).body).toMatchObject({ code: 'lead_only' });
    const added = await act(parent, 'add-children', lea, { ids: [mine, other, solved, parent, uuidv7()] });
    const { sequence } = (await get(`/tickets/${parent}`)).body as unknown as { sequence: number };
    const late = { 'if-match': `"${sequence + 1}"` };
    expect((await act(parent, 'add-children', lea, { ids: [mine] }, late)).body).toMatchObject({
      code: 'changed_meanwhile',
      conflict: { expected: sequence + 1, sequence },
    });
    const seen = await act(parent, 'add-children', lea, { ids: [mine] }, { 'if-match': '"1"' });
    expect(seen.body).toMatchObject({ sequence, children: [{ id: mine, done: true }] });
    expect(added.body).toMatchObject({
      id: parent,
      sequence,
      state: 'QUEUED',
      children: [{ done: true }, { done: true }, { done: true }, { code: 'same_ticket' }, { code: 'target_absent' }],
    });
    await act(solved, 'claim', tom);
    await act(solved, 'resolve', tom, { code: 'solved', solution: 'By itself.' });
    await act(parent, 'claim', tom);
    const replied = await act(parent, 'reply', tom, { text: 'We are on it.', children: true });
    const outcome = (children: unknown, id: string) => (children as { id: string }[]).find((one) => one.id === id);
    expect(outcome(replied.body.children, other)).toMatchObject({ done: true });
    expect(outcome(replied.body.children, solved)).toMatchObject({ done: false, code: 'wrong_state' });
    const body = { code: 'solved', solution: 'Moved the store.', children: true };
    const key = { 'idempotency-key': `resolve-${parent}` };
    const resolved = await act(parent, 'resolve', tom, body, key);
    expect(resolved.body).toMatchObject({ state: 'RESOLVED' });
    expect(outcome(resolved.body.children, mine)).toMatchObject({ done: true });
    expect((await act(parent, 'resolve', tom, body, key)).body).toEqual(resolved.body);
    await untilState(mine, { state: 'RESOLVED' });
    await untilState(other, { state: 'RESOLVED' });
    await eventually(() =>
      expect(told(other)).toEqual(expect.arrayContaining(['linked', 'agent-replied', 'resolved'])),
    );
  });

  it('finds the tickets of a major incident', async () => {
    const words = `mail of ${uuidv7()}`;
    const parent = await newTicket();
    const children = [await newTicket({ subject: `No ${words}` }), await newTicket({ subject: `Late ${words}` })];
    await newTicket();
    const declared = { commander: 'max', summary: 'No mail in Hamburg.', updateEvery: 5 };
    expect((await act(parent, 'declare-major', tom, declared)).body).toMatchObject({ code: 'lead_only' });
    expect((await act(parent, 'declare-major', lea, declared)).status).toBe(200);
    const { body } = await act(parent, 'add-children', lea, { words });
    expect((body.children as unknown as { id: string }[]).map(({ id }) => id)).toEqual(children);
    expect((await act(parent, 'update-stakeholders', person('max'), { text: 'Half works.' })).status).toBe(200);
    const { sequence } = (await get(`/tickets/${parent}`)).body;
    const handOn = (as = person('max'), commander = 'ida', seen?: number) =>
      act(parent, 'change-commander', as, { commander, reason: 'I go home.' }, seen ? { 'if-match': `"${seen}"` } : {});
    expect((await handOn(tom)).body).toMatchObject({ code: 'commander_only' });
    expect((await handOn(lea, 'nobody.here')).body).toMatchObject({ code: 'agent_absent' });
    expect((await handOn()).status).toBe(200);
    expect((await handOn(lea, 'tom', sequence)).body).toMatchObject({
      code: 'changed_meanwhile',
      conflict: { major: { yours: 'tom', theirs: 'ida' }, by: 'agent:max' },
    });
    expect((await get(`/tickets/${parent}`)).body).toMatchObject({
      major: { commander: 'ida', updateEvery: 5 },
      timers: [{ kind: 'stakeholder-update' }],
    });
    await desk.hurry(parent);
    await eventually(() => expect(told(parent)).toContain('stakeholder-update-due'));
    await untilState(parent, { timers: [{ kind: 'stakeholder-update' }] });
    expect((await act(parent, 'cancel', tom, { reason: 'no' })).body).toMatchObject({ code: 'major_incident' });
    expect((await act(parent, 'end-major', lea, { reason: 'All works.' })).status).toBe(200);
    expect((await get(`/tickets/${parent}`)).body).toMatchObject({
      major: null,
      timers: [{ kind: 'stalled' }],
    });
  });
});

describe('a ticket that goes on in another', () => {
  it('is split, and the answer names the new one', async () => {
    const id = await newTicket();
    const { body } = await act(id, 'split', tom, { subject: 'Printer', description: 'No paper.' });
    const { newTicketId } = body as unknown as { newTicketId: string };
    await eventually(() => expect(told(id)).toContain('opening-asked'));
    const origin = { kind: 'split' as const, ticketId: id, number: 1 };
    await desk.openTicket(newTicketId, { origin });
    await untilState(newTicketId, { origin: { ticketId: id } });
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ offspring: [{ id: newTicketId, kind: 'split' }] });
  });

  it('is followed up when the requester writes long after its end, once for each message', async () => {
    const id = await newTicket();
    await act(id, 'claim', tom);
    await act(id, 'resolve', tom, { code: 'solved', solution: 'Done.' });
    await desk.hurry(id);
    await untilState(id, { state: 'CLOSED' });
    const message = RequesterReplied({ messageId: uuidv7(), text: 'It is back.' });
    const envelope = { id: uuidv7(), time: new Date().toISOString() };
    await tell(id, message, envelope);
    await tell(id, message, envelope);
    await eventually(() => expect(told(id).filter((kind) => kind === 'opening-asked')).toHaveLength(1));
    expect((await get(`/tickets/${id}`)).body).toMatchObject({ state: 'CLOSED', offspring: [{ kind: 'follow-up' }] });
  });

  it('goes on in the ticket that follows it when the requester writes again, while that has not ended', async () => {
    const closed = await newTicket();
    await act(closed, 'claim', tom);
    await act(closed, 'resolve', tom, { code: 'solved', solution: 'Done.' });
    await desk.hurry(closed);
    await untilState(closed, { state: 'CLOSED' });
    const write = async (text: string) => {
      const messageId = uuidv7();
      await tell(closed, RequesterReplied({ messageId, text }), { time: new Date().toISOString() });
      return messageId;
    };
    const asked = () => told(closed).filter((kind) => kind === 'opening-asked').length;
    await write('It is back.');
    await eventually(() => expect(asked()).toBe(1));
    const [{ id: follows }] = (await get(`/tickets/${closed}`)).body.offspring as unknown as [{ id: string }];
    await desk.openTicket(follows);
    await untilState(follows, { state: 'NEW' });
    const messageId = await write('And worse.');
    await eventually(async () => {
      const { timeline } = (await get(`/tickets/${follows}`)).body;
      expect(timeline.filter(({ kind }) => kind === 'merged-reply-received')).toMatchObject([
        { data: { messageId, from: { ticketId: closed }, text: 'And worse.' } },
      ]);
    });
    expect(asked()).toBe(1);
    await tell(follows, routed(messaging));
    await untilState(follows, { state: 'QUEUED' });
    await act(follows, 'claim', ida);
    await act(follows, 'cancel', ida, { reason: 'it was nothing' });
    await write('Again!');
    await eventually(() => expect(asked()).toBe(2));
  });
});
