import type { Calendar } from './desk.ts';
import { isOpen } from './opening-hours.ts';

const calendar: Calendar = {
  calendar: 'hamburg',
  name: 'Hamburg',
  version: 1,
  zone: 'Europe/Berlin',
  hours: {
    monday: [
      { from: '08:00', to: '12:00' },
      { from: '13:00', to: '17:00' },
    ],
    friday: [{ from: '22:00', to: '06:00' }],
    sunday: [{ from: '00:00', to: '24:00' }],
  },
  closedOn: [{ date: '2026-12-28', name: 'Day off' }],
  exceptions: [{ date: '2026-11-30', name: 'Short', hours: [{ from: '10:00', to: '11:00' }] }],
};

it.each([
  ['in the morning', '2026-11-23T07:00:00Z', true],
  ['one minute before', '2026-11-23T06:59:00Z', false],
  ['at lunch', '2026-11-23T11:30:00Z', false],
  ['after lunch', '2026-11-23T12:00:00Z', true],
  ['at the end', '2026-11-23T16:00:00Z', false],
  ['in summer time', '2026-06-22T06:00:00Z', true],
  ['on a closed date', '2026-12-28T09:00:00Z', false],
  ['within the hours of an exceptional date', '2026-11-30T09:30:00Z', true],
  ['beside the hours of an exceptional date', '2026-11-30T08:00:00Z', false],
  ['late on Friday', '2026-11-27T22:30:00Z', true],
  ['early on Saturday', '2026-11-28T04:59:00Z', true],
  ['later on Saturday', '2026-11-28T05:00:00Z', false],
  ['at the last minute of a whole day', '2026-11-29T22:59:00Z', true],
])('is open or not %s', (_, at, open) => expect(isOpen(calendar, at)).toBe(open));

it('fails for a zone that does not exist', () =>
  expect(() => isOpen({ ...calendar, zone: 'Mars/Base' }, '2026-11-23T07:00:00Z')).toThrow(RangeError));
