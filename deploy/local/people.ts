import type { Role } from './parts/issuer.ts';

export type Person = { subject: string; name: string; email: string; roles: readonly Role[] };

export const demoTenant = 'acme';

const person = (subject: string, name: string, ...roles: Role[]): Person => ({
  subject,
  name,
  email: `${subject}@acme.example`,
  roles,
});

/** The people of the demo company, by the name that `npm run token -- --as` takes. */
export const people: Readonly<Record<string, Person>> = {
  requester: person('anna.berg', 'Anna Berg', 'requester'),
  'tier1-agent': person('tom.keller', 'Tom Keller', 'agent'),
  'tier2-agent': person('mara.novak', 'Mara Novak', 'agent'),
  'tier3-agent': person('ravi.menon', 'Ravi Menon', 'agent'),
  lead: person('lea.fischer', 'Lea Fischer', 'lead', 'agent'),
  admin: person('omar.haddad', 'Omar Haddad', 'admin'),
  integrator: person('inventory-sync', 'Inventory Sync', 'integrator'),
  auditor: person('grace.owens', 'Grace Owens', 'auditor'),
};
