import { emptyDesk, type Conditions, type Rule } from './desk.ts';
import { match, unknownPlaces, type RuledTicket } from './rule.ts';

const ticket: RuledTicket = {
  at: '2026-11-23T12:00:00.000Z',
  type: 'incident',
  hop: 'first',
  category: 'network',
  channel: 'phone',
  impact: 'high',
  urgency: 'low',
  organisation: 'Sales North',
  requesterId: 'anna.berg',
  subject: 'The VPN drops',
  description: 'Größe der Datei: 4 GB.\nIt disappears after a minute; error 0x80072EE7.',
};

const around = { desk: emptyDesk, loads: new Map([['phones', 3]]) };

describe('the conditions of a rule', () => {
  it.each<[string, Conditions, string]>([
    ['nothing', {}, 'it applies to every ticket'],
    ['a field', { category: 'network' }, 'category is network'],
    ['an organisation in any case', { organisation: 'SALES north' }, 'organisation is Sales North'],
    ['a requester', { requesterId: 'anna.berg' }, 'requester is anna.berg'],
    ['a hop', { hop: 'first' }, 'it has just been opened'],
    ['several fields', { impact: 'high', urgency: 'low' }, 'impact is high, urgency is low'],
    ['a word of the subject in any case', { keywords: ['vpn'] }, 'the text has "vpn"'],
    ['the first word that is there', { keywords: ['wifi', 'drops', 'vpn'] }, 'the text has "drops"'],
    ['several words', { keywords: ['after a minute'] }, 'the text has "after a minute"'],
    ['words beyond ASCII', { keywords: ['größe'] }, 'the text has "größe"'],
    ['a word beside a sign', { keywords: ['0x80072ee7'] }, 'the text has "0x80072ee7"'],
    ['one of several values', { impact: ['low', 'high'] }, 'impact is high'],
    ['a load', { load: { queue: 'phones', atLeast: 3 } }, '3 tickets wait in phones, at least 3 are asked'],
    ['fields and words', { channel: 'phone', keywords: ['vpn'] }, 'channel is phone, the text has "vpn"'],
  ])('hold for %s', (_, when, why) => expect(match(when, ticket, around)).toEqual({ matched: true, why }));

  it.each<[string, Conditions, string]>([
    ['another value', { category: 'email' }, 'category is network, not email'],
    ['another hop', { hop: 'later' }, 'it has just been opened, and the rule is for what goes up'],
    ['one of several', { channel: 'phone', impact: 'low', urgency: 'high' }, 'impact is high, not low'],
    ['none of several values', { impact: ['low', 'medium'] }, 'impact is high, not low or medium'],
    ['a load that is not there', { load: { queue: 'vpn', atLeast: 1 } }, '0 tickets wait in vpn, fewer than 1'],
    ['an unknown calendar', { hours: { calendar: 'moon', is: 'open' } }, 'calendar moon is not known'],
    ['a part of a word', { keywords: ['sap'] }, 'the text does not have "sap"'],
    ['none of the words', { keywords: ['sap', 'wifi'] }, 'the text has none of 2 keywords'],
    ['a field that holds, words that do not', { channel: 'phone', keywords: ['sap'] }, 'the text does not have "sap"'],
  ])('do not hold for %s', (_, when, why) => expect(match(when, ticket, around)).toEqual({ matched: false, why }));

  it('do not hold for a field that the ticket does not have', () =>
    expect(match({ category: 'email' }, { ...ticket, category: null }, around)).toEqual({
      matched: false,
      why: 'category is not given, email is asked',
    }));
});

describe('the places that rules name', () => {
  const desk = {
    ...emptyDesk,
    tiers: new Map([['tier-1', { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' }]]),
    queues: new Map([['network', { queue: 'network', name: 'Network', tier: 'tier-2', team: 'network' }]]),
  };
  const rule = (then: Rule['then']): Rule => ({ name: 'VIP', when: {}, then, enabled: true });

  it('may be left out, or known', () =>
    expect(
      unknownPlaces([rule({ priority: 'P1' }), rule({ tier: 'tier-1' }), rule({ queue: 'network' })], desk),
    ).toEqual([]));

  it('are each named with path and sentence when they are not known', () =>
    expect(
      unknownPlaces(
        [rule({ queue: 'netwrok' }), rule({ tier: 'tier-9' }), rule({ tier: 'tier-1', queue: 'network' })],
        desk,
      ),
    ).toEqual([
      { path: 'rules.0.then.queue', message: 'rule "VIP": queue netwrok is not known' },
      { path: 'rules.1.then.tier', message: 'rule "VIP": tier tier-9 is not known' },
      { path: 'rules.2.then.queue', message: 'rule "VIP": queue network belongs to tier-2, not to tier-1' },
    ]));
});
