import { changed, healthy, solved, waiting, without } from '../example.ts';
import { webhooks } from './i11-webhooks.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => webhooks(healthy(different)).named.join('\n');
const isFirst = ({ event }: { event: string }) => event === `${solved}#1`;
const unsent = changed(good.deliveries, isFirst, { state: 'waiting', attempts: 0 });

it('is ok when every event that a subscription wants was delivered', () => {
  expect(webhooks(good)).toMatchObject({
    state: 'ok',
    figure: '1 subscriptions, 12 required = 12 sent + 0 failed or waiting for a dead target',
  });
});

it('names an event without a delivery, but none that the subscription does not want', () => {
  const deliveries = without(good.deliveries, isFirst);
  expect(named({ deliveries })).toBe(
    `acme: subscription sub-1: tierline.ticket.opened.v1 ${solved}#1 of ticket ${solved} has no delivery`,
  );
  const subscriptions = [{ ...good.subscriptions[0]!, types: ['tierline.ticket.closed.v1'] }];
  expect(named({ deliveries, subscriptions })).toBe('');
});

it('names a delivery that counts as sent and never arrived, or was refused', () => {
  const isCall = ({ eventId }: { eventId: string }) => eventId === `${solved}#1`;
  expect(named({ calls: without(good.calls, isCall) })).toContain('counts as sent, but its target never took it');
  expect(named({ calls: changed(good.calls, isCall, { status: 500 }) })).toContain('never took it');
});

it('names a delivery that waits although its target answers', () => {
  expect(named({ deliveries: unsent })).toContain(
    `${solved}#1 of ticket ${solved} still waits, although its target answers`,
  );
});

it('lets a delivery wait for a target that fails, is off, or refused one before it', () => {
  const [subscription] = good.subscriptions;
  expect(named({ deliveries: unsent, subscriptions: [{ ...subscription!, failures: 3 }] })).toBe('');
  expect(named({ deliveries: unsent, subscriptions: [{ ...subscription!, state: 'disabled' }] })).toBe('');
  const behind = changed(unsent, ({ event }) => event === `${solved}#2`, { state: 'waiting', attempts: 0 });
  expect(named({ deliveries: changed(behind, isFirst, { attempts: 2 }) })).toBe('');
});

it('names an event that was told under two ids, or that nobody published', () => {
  const calls = [...good.calls, { ...good.calls[0]!, webhookId: 'other' }];
  expect(named({ calls })).toBe(`sub-1 ${solved}#1 was told under 2 webhook ids: ${solved}#1, other`);
  const alien = [...good.calls, { ...good.calls[0]!, eventId: 'alien', webhookId: 'alien' }];
  expect(named({ calls: alien })).toBe('acme/healthy was told event alien, which no service published');
});

it('names a target that heard of a ticket in another order than the topic has', () => {
  const late = good.calls.find(({ eventId }) => eventId === `${waiting}#3`)!.at + 1;
  const calls = changed(good.calls, ({ eventId }) => eventId === `${waiting}#2`, { at: late });
  expect(named({ calls })).toBe(
    `acme/healthy heard of ticket ${waiting} first ${waiting}#3 (@11), then ${waiting}#2 (@10)`,
  );
});
