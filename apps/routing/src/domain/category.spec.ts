import { CatalogueChanged } from '@tierline/contracts';
import { specFor } from '@tierline/testing';
import { category } from './category.ts';

const { given } = specFor(category);
const email = CatalogueChanged.example;

describe('a category of the catalogue', () => {
  it('is published when it is defined', () => given().when(email).then(CatalogueChanged(email)));

  it('is not published again when nothing changed', () => given(CatalogueChanged(email)).when(email).thenNothing());

  it.each([{ name: 'Mail' }, { type: 'service-request' as const }, { tier: null }, { queue: null }])(
    'is published whole when %j changes',
    (change) =>
      given(CatalogueChanged(email))
        .when({ ...email, ...change })
        .then(CatalogueChanged({ ...email, ...change })),
  );
});
