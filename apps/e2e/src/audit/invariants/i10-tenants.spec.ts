import { changed, healthy, solved } from '../example.ts';
import { tenancy } from './i10-tenants.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => tenancy(healthy(different)).named.join('\n');

it('is ok when nothing crosses from one tenant to another', () => {
  expect(tenancy(good)).toMatchObject({ state: 'ok', named: [] });
});

it('names an event of another tenant than its ticket or its desk', () => {
  const journal = changed(good.journal, ({ id }) => id === `${solved}#3`, { tenant: 'globex' });
  expect(named({ journal })).toContain(`tier-queues: event ${solved}#3 of globex is about ${solved} of acme`);
  const desk = changed(good.journal, ({ topic }) => topic === 'desk', { tenant: 'globex' });
  expect(named({ journal: desk })).toContain('of globex is about acme/tier/tier-1 of acme');
});

it('names a record and an inbox row under the wrong tenant', () => {
  const records = changed(good.records, ({ id }) => id === `${solved}#2`, { tenant: 'globex' });
  expect(named({ records })).toBe(`tickets/0/1: event ${solved}#2 of acme travels as one of globex`);
  const inbox = changed(good.inbox, ({ event }) => event === `${solved}#2`, { tenant: 'globex' });
  expect(named({ inbox })).toContain(`took event ${solved}#2 of acme as one of globex`);
});

it('names rows of a tenant about a ticket of another', () => {
  const homes = [...good.homes, { service: 'tier-queues' as const, table: 'entry', tenant: 'globex', ticket: solved }];
  expect(named({ homes })).toBe(`tier-queues.entry has rows of globex about ticket ${solved} of acme`);
});

it('names a webhook that was told of another tenant', () => {
  const calls = changed(good.calls, ({ eventId }) => eventId === `${solved}#1`, { tenant: 'globex' });
  expect(named({ calls })).toBe(`webhook acme/healthy of globex was told event ${solved}#1 of acme`);
});

it('names a table without its wall, and a door that opened', () => {
  const walls = [{ service: 'intake' as const, table: 'request', open: 'app reads it without row-level security' }];
  expect(named({ walls })).toBe('intake.request: app reads it without row-level security');
  const what = 'intake: tickets/ticket-1 of acme, asked by globex, answered with 200';
  expect(named({ probes: [{ what, outcome: 'reached' }] })).toBe(what);
  expect(named({ probes: [{ what, outcome: 'no answer' }] })).toBe('');
});
