import { z } from 'zod';
import { CalendarPart, Holiday } from './desk/calendar.ts';
import { PolicyPart } from './desk/policy.ts';
import { defineEvent } from './event.ts';

const source = '/tier-queues';
const topic = 'desk' as const;

/** Which edition it is: 1, 2, 3 … with each change. */
const version = z.int().positive();

export const CalendarChanged = defineEvent('tierline.desk.calendar-changed.v1', {
  topic,
  source,
  summary: 'A calendar, whole; the latest one counts.',
  data: CalendarPart.extend({
    version,
    /** Every date that is closed, public holidays written out. */
    closedOn: z.array(Holiday),
  }),
  example: {
    calendar: 'hamburg',
    name: 'Hamburg office',
    version: 1,
    zone: 'Europe/Berlin',
    hours: {
      monday: [
        { from: '08:00', to: '12:00' },
        { from: '13:00', to: '17:00' },
      ],
    },
    publicHolidays: { country: 'DE', state: 'HH' },
    exceptions: [{ date: '2026-12-24', name: 'Heiligabend', hours: [{ from: '08:00', to: '12:00' }] }],
    closedOn: [{ date: '2026-12-25', name: '1. Weihnachtstag' }],
  },
});

export const PolicyChanged = defineEvent('tierline.desk.policy-changed.v1', {
  topic,
  source,
  summary: 'A policy of service levels, whole; the latest one counts.',
  data: PolicyPart.extend({ version }),
  example: {
    policy: 'standard',
    name: 'Standard',
    version: 1,
    order: 90,
    when: {},
    calendar: 'hamburg',
    targets: { 'sla-first-response': { P1: 60, P3: 240 }, 'sla-resolution': { P1: 240, P3: 960 } },
    warnings: [75],
    onBreach: ['tell-lead'],
  },
});
