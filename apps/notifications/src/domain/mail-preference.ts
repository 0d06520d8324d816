import { DomainError, StaffMailKind, kindOfEvent } from '@tierline/contracts';

/** Who does not read these leaves somebody without help: the last safeguards, and what colleagues or requesters wait for. */
const needed: readonly StaffMailKind[] = [
  'orphan-detected',
  'notified-up',
  'major-declared',
  'major-commander-changed',
  'stakeholder-update-due',
  'queue-unserved',
  'absences-said',
  'absence-changed',
];

/** Whether a person gets mails of a kind, and may change that. */
export type MailPreference = { readonly kind: StaffMailKind; readonly mailed: boolean; readonly changeable: boolean };

/** All kinds of mails, of which a person switched some off. */
export const preferencesOf = (off: readonly string[]): readonly MailPreference[] =>
  StaffMailKind.options.map((kind) => {
    const changeable = !needed.includes(kind);
    return { kind, mailed: !changeable || !off.includes(kind), changeable };
  });

/** Refuses, as `mail_needed`, to switch off a mail on which somebody depends. */
export const checkOff = (off: readonly StaffMailKind[]): void => {
  const kept = off.filter((kind) => needed.includes(kind));
  if (kept.length === 0) return;
  throw new DomainError('mail_needed', `Mails of ${kept.join(', ')} cannot be switched off.`, 'refused', {
    fields: kept.map((kind) => ({ path: `off.${off.indexOf(kind)}`, message: `${kind} cannot be switched off` })),
  });
};

/** True when a person who switched these kinds off still gets a mail of an event of this type. */
export const isMailed = (off: readonly string[], type: string): boolean =>
  preferencesOf(off).some(({ kind, mailed }) => mailed && kind === kindOfEvent(type));
