import { OrphanDetected, SlaBreached, SlaWarned, StaffMailKind } from '@tierline/contracts';
import { checkOff, isMailed, preferencesOf } from './mail-preference.ts';

it('mails everything to whoever never chose', () =>
  expect(preferencesOf([]).map(({ kind, mailed }) => [kind, mailed])).toEqual(
    StaffMailKind.options.map((kind) => [kind, true]),
  ));

it('keeps quiet about what was switched off, and of nothing else', () => {
  expect(isMailed(['sla-warned'], SlaWarned.type)).toBe(false);
  expect(isMailed(['sla-warned'], SlaBreached.type)).toBe(true);
});

it('refuses to switch off what somebody depends on, and names it', () => {
  expect(() => checkOff(['sla-warned', 'sla-breached', 'stalled', 'attention-raised'])).not.toThrow();
  expect(() => checkOff(['sla-warned', 'orphan-detected'])).toThrow(
    expect.objectContaining({
      code: 'mail_needed',
      extras: { fields: [{ path: 'off.1', message: 'orphan-detected cannot be switched off' }] },
    }),
  );
});

it('mails what is needed even to whoever switched it off when that was possible', () =>
  expect(isMailed(['orphan-detected'], OrphanDetected.type)).toBe(true));
