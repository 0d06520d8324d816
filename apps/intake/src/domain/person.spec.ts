import { PersonChanged } from '@tierline/contracts';
import { specFor } from '@tierline/testing/rules';
import { person, type Contact } from './person.ts';

const { given } = specFor(person);
const anna = { personId: 'anna.berg', name: 'Anna Berg', email: 'anna.berg@acme.example' };
const says = (contact: Partial<Contact>): Contact => ({ ...anna, ...contact });

describe('contact data of a person', () => {
  it('is published when it is heard for the first time', () => given().when(says({})).then(PersonChanged(anna)));

  it('is published whole when a part of it changed', () =>
    given(PersonChanged(anna))
      .when(says({ name: 'Anna Berg-Roth' }))
      .then(PersonChanged({ ...anna, name: 'Anna Berg-Roth' })));

  it('is not published again when nothing changed', () => given(PersonChanged(anna)).when(says({})).thenNothing());

  it('stays as it is where nothing is said', () =>
    given(PersonChanged(anna))
      .when(says({ name: null, email: undefined }))
      .thenNothing());

  it('loses the address when somebody says that there is none', () =>
    given(PersonChanged(anna))
      .when(says({ email: null }))
      .then(PersonChanged({ ...anna, email: null })));

  it('takes the id as name until a name is said', () =>
    given()
      .when(says({ name: null, email: undefined }))
      .then(PersonChanged({ personId: 'anna.berg', name: 'anna.berg', email: null })));
});
