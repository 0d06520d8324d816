import { PersonChanged, type FactOf } from '@tierline/contracts';

/** What is known of a person; `unknown` until somebody says something. */
export type Person = { known: false } | { known: true; name: string; email: string | null };

/** What somebody says about a person now. Null or undefined: not said, so what is known stays. */
export type Contact = { personId: string; name: string | null; email: string | null | undefined };

export type PersonEvent = FactOf<typeof PersonChanged>;

const said = ({ personId, name, email }: Contact, person: Person) => ({
  personId,
  name: name ?? (person.known ? person.name : personId),
  email: email === undefined ? (person.known ? person.email : null) : email,
});

const decide = (contact: Contact, person: Person): readonly PersonEvent[] => {
  const next = said(contact, person);
  if (person.known && person.name === next.name && person.email === next.email) return [];
  return [PersonChanged(next)];
};

const evolve = (_person: Person, { data }: PersonEvent): Person => ({
  known: true,
  name: data.name,
  email: data.email,
});

export const person = { initial: { known: false } as Person, decide, evolve };
