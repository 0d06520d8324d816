import type { StaffMailKind } from '@tierline/contracts';
import type { Commander } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { checkOff, preferencesOf, type MailPreference } from './domain/mail-preference.ts';

type Person = { readonly tenant: string; readonly person: string };

const keyOf = ({ tenant, person }: Person): string => `${tenant}/${person}`;

/** What these people switched off; nothing for whoever never chose. */
export const switchedOff = async (tx: Transaction, people: readonly Person[]) => {
  const rows =
    people.length === 0
      ? []
      : await tx.query<Person & { off: string[] }>(
          `SELECT tenant_id AS tenant, person_id AS person, off FROM mail_preference
           WHERE (tenant_id, person_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
          [people.map(({ tenant }) => tenant), people.map(({ person }) => person)],
        );
  const byPerson = new Map(rows.map((row) => [keyOf(row), row.off]));
  return (person: Person): readonly string[] => byPerson.get(keyOf(person)) ?? [];
};

/** Which mails a person gets. */
export const mailPreferences = async (tx: Transaction, by: Commander): Promise<readonly MailPreference[]> => {
  const self = { tenant: by.tenant, person: by.subject };
  return preferencesOf((await switchedOff(tx, [self]))(self));
};

/** Switches these kinds off for a person, and all others on. Throws `mail_needed`. */
export const switchOff = async (tx: Transaction, by: Commander, off: readonly StaffMailKind[]) => {
  checkOff(off);
  await tx.query(
    `INSERT INTO mail_preference (tenant_id, person_id, off, changed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, person_id) DO UPDATE SET off = excluded.off, changed_at = excluded.changed_at`,
    [by.tenant, by.subject, [...new Set(off)], tx.now],
  );
  return preferencesOf(off);
};
