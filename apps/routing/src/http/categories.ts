import { Body, Controller, Get, Inject, Param, Put, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { may, type Caller } from '@tierline/auth';
import { Line, Slug, TicketType } from '@tierline/contracts';
import { Commands, originOf } from '@tierline/messaging';
import { Database } from '@tierline/persistence';
import { Allow, By } from '@tierline/service';
import { z } from 'zod';
import { deskOf } from '../desk-copy.ts';
import { problemOf, type Category, type Desk } from '../domain/desk.ts';
import { listCategories } from '../queries.ts';
import { categories, categoryId } from '../store.ts';

const about = {
  name: Line,
  type: TicketType,
  tier: Slug.nullish().transform((tier) => tier ?? null),
  queue: Slug.nullish().transform((queue) => queue ?? null),
};
const CategoryPath = z.strictObject({ category: Slug });
const OneCategory = z.strictObject(about);
const ManyCategories = z
  .strictObject({
    categories: z
      .array(z.strictObject({ category: Slug, ...about }))
      .min(1)
      .max(2_000),
  })
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
  });
const List = z.strictObject({
  q: z.string().trim().min(1).max(100).optional(),
  type: TicketType.optional(),
  limit: z.coerce.number().int().min(1).max(2_000).default(50),
  after: Slug.optional(),
});

type CategoryPath = z.output<typeof CategoryPath>;
type List = z.output<typeof List>;

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
      'Those who may read the desk also see where tickets start, and `problem`: why they cannot start there. ' +
      '`next` is the `after` of the next page. Errors: `input_invalid` 400.',
  })
  list(@By() { tenant, roles }: Caller, @Query({ schema: List }) { q, type, limit, after }: List) {
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
      'Whole: what is left out is empty afterwards. A tier or queue that is not known yet is taken, and named in ' +
      '`problem`. Again with the same content changes nothing. Errors: `input_invalid` 400.',
  })
  define(
    @By() caller: Caller,
    @Param({ schema: CategoryPath }) { category }: CategoryPath,
    @Body({ schema: OneCategory }) body: z.output<typeof OneCategory>,
  ) {
    const command: Category = { category, ...body };
    return this.commands.within({ by: caller }, async (tx) => {
      const id = categoryId(caller.tenant, category);
      const [defined] = await categories.run(tx, [{ id, origin: originOf(caller), command }]);
      const problem = problemIn(await deskOf(tx, caller.tenant), command);
      return { ...command, sequence: defined!.sequence, changed: defined!.events.length > 0, problem };
    });
  }

  @Put()
  @Allow('desk.change')
  @ApiOperation({
    summary: 'Define many categories, all or none',
    description: 'Up to 2000; those that are not named stay as they are. Errors: `input_invalid` 400 (each by path).',
  })
  defineMany(
    @By() caller: Caller,
    @Body({ schema: ManyCategories }) { categories: all }: z.output<typeof ManyCategories>,
  ) {
    return this.commands.within({ by: caller }, async (tx) => {
      const origin = originOf(caller);
      const work = all.map((command) => ({ id: categoryId(caller.tenant, command.category), origin, command }));
      const results = await categories.run(tx, work);
      const desk = await deskOf(tx, caller.tenant);
      const problems = all.flatMap((category) => {
        const problem = problemIn(desk, category);
        return problem ? [{ category: category.category, problem }] : [];
      });
      return { total: all.length, changed: results.filter(({ events }) => events.length > 0).length, problems };
    });
  }
}
