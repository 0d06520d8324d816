import { Body, Controller, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { may, type Caller } from '@tierline/auth';
import { CategoryPart, Slug, TicketType, canonicalPart } from '@tierline/contracts';
import { Commands } from '@tierline/messaging';
import { Database, type Transaction } from '@tierline/persistence';
import { Allow, Answers, By } from '@tierline/service';
import { z } from 'zod';
import { changeCatalogue } from '../catalogue.ts';
import { deskOf } from '../desks.ts';
import { problemOf, type Category, type Desk } from '../domain/desk.ts';
import { listCategories, readCategory } from '../queries.ts';
import { categoryExample } from './desk-examples.ts';

const CategoryPath = z.strictObject({ category: Slug });
const WholeCategory = z.strictObject(CategoryPart.shape);
const example = { name: 'E-mail account', type: 'incident', tier: 'tier-1', queue: 'service-desk' };
const OneCategory = WholeCategory.omit({ category: true }).meta({ example });
const ManyCategories = z
  .strictObject({ categories: z.array(WholeCategory).min(1).max(2_000) })
  .superRefine(({ categories: all }, context) => {
    const seen = new Set<string>();
    for (const [index, { category }] of all.entries()) {
      if (seen.has(category))
        context.addIssue({
          code: 'custom',
          path: ['categories', index, 'category'],
          message: `${category} is named twice`,
        });
      seen.add(category);
    }
  })
  .meta({ example: { categories: [{ category: 'email-account', ...example }] } });
const List = z.strictObject({
  q: z.string().trim().min(1).max(100).optional(),
  type: TicketType.optional(),
  limit: z.coerce.number().int().min(1).max(2_000).default(50),
  after: Slug.optional(),
});

type Named = Pick<Category, 'category' | 'name' | 'type'>;
type Shown = Category & { sequence: number; problem: string | null };

type CategoryPath = z.output<typeof CategoryPath>;
type List = z.output<typeof List>;

/** The catalogue with these categories put over those that are there. */
const withCategories = (there: readonly CategoryPart[], named: readonly CategoryPart[]): CategoryPart[] => {
  const names = new Set(named.map(({ category }) => category));
  return [...there.filter(({ category }) => !names.has(category)), ...named];
};

/** As it is answered: with every field that says where its tickets start. */
const categoryOf = (part: CategoryPart): Category => ({
  ...canonicalPart('categories', part),
  tier: part.tier ?? null,
  queue: part.queue ?? null,
});

/** Why its tickets cannot go where it says; null when they can. */
const problemIn = (desk: Desk, category: Category): string | null => problemOf(desk, category)?.why ?? null;

@Controller('categories')
export class CategoriesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @Allow('catalogue.read')
  @ApiOperation({
    summary: 'List the categories of the catalogue',
    description:
      'Those who may read the desk also see where tickets start, and `problem`: why they cannot start ' +
      'there. `next` is the `after` of the next page.',
  })
  @Answers({ items: [{ ...categoryExample, sequence: 3, problem: null }], next: null })
  list(
    @By() { tenant, roles }: Caller,
    @Query({ schema: List }) { q, type, limit, after }: List,
  ): Promise<{ items: Named[] | Shown[]; next: string | null }> {
    return this.database.asTenant(tenant, async (tx) => {
      const page = await listCategories(tx, tenant, { q: q ?? null, type: type ?? null, after: after ?? null, limit });
      if (!may(roles, 'desk.read'))
        return { ...page, items: page.items.map(({ category, name, type }) => ({ category, name, type })) };
      const desk = await deskOf(tx, tenant);
      return { ...page, items: page.items.map((item) => ({ ...item, problem: problemIn(desk, item) })) };
    });
  }

  @Put(':category')
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Define a category',
    description:
      'Whole: what is left out is empty afterwards. A tier or queue that is not known yet is taken, and ' +
      'named in `problem`. Again with the same content changes nothing.',
  })
  @Answers({ ...categoryExample, sequence: 4, changed: true, problem: null })
  define(
    @By() caller: Caller,
    @Param({ schema: CategoryPath }) { category }: CategoryPath,
    @Body({ schema: OneCategory }) body: z.output<typeof OneCategory>,
  ) {
    const wanted = categoryOf({ category, ...body });
    return this.commands.within({ by: caller }, async (tx) => {
      const { differences } = await this.change(tx, caller, [wanted]);
      const { sequence } = await readCategory(tx, caller.tenant, category);
      const problem = problemIn(await deskOf(tx, caller.tenant), wanted);
      return { ...wanted, sequence, changed: differences.length > 0, problem };
    });
  }

  @Put()
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Define many categories, all or none',
    description: 'Up to 2000; those that are not named stay as they are.',
  })
  @Answers({
    total: 2,
    changed: 1,
    problems: [{ category: 'sap', problem: 'there is no queue sap' }],
  })
  defineMany(
    @By() caller: Caller,
    @Body({ schema: ManyCategories }) { categories: all }: z.output<typeof ManyCategories>,
  ) {
    return this.commands.within({ by: caller }, async (tx) => {
      const { differences } = await this.change(tx, caller, all);
      const desk = await deskOf(tx, caller.tenant);
      const problems = all.flatMap((part) => {
        const problem = problemIn(desk, categoryOf(part));
        return problem ? [{ category: part.category, problem }] : [];
      });
      return { total: all.length, changed: differences.length, problems };
    });
  }

  private change(tx: Transaction, by: Caller, named: readonly CategoryPart[]) {
    return changeCatalogue(tx, {
      by,
      why: null,
      after: (there) => ({ ...there, categories: withCategories(there.categories, named) }),
    });
  }
}
