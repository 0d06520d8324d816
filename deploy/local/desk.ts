import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { askAt } from './desk/ask.ts';
import { readDocument, writeDocument, type Document } from './desk/document.ts';
import { differenceLines, faultLines, historyLines, ticketLines } from './desk/report.ts';
import {
  Refused,
  applyDesk,
  documentAt,
  exportDesk,
  faultsIn,
  historyOf,
  keepers,
  planDesk,
  republishDesk,
  type Ask,
  type Plans,
} from './desk/services.ts';
import { demoTenant } from './people.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { readRunning, stateFolder, statePaths } from './state.ts';

const usage = `Usage: npm run desk -- plan FILE                what the file would change; changes nothing
       npm run desk -- apply FILE --why "…"    makes the desk what the file says; what it does not name goes
       npm run desk -- export [--out FILE]     the desk as such a file
       npm run desk -- versions                who changed it when, and why; newest first
       npm run desk -- revert N                makes it again what it was after version N, with the catalogue of that time
       npm run desk -- republish               tells it again to all services, as it is; once all of a new release run

  --tenant T      whose desk; default: ${demoTenant}
  --version N     with export: as it was after version N
  --catalogue M   with revert and export --version: with the catalogue and rules of their version M
`;

const say = (...lines: readonly string[]) => lines.forEach((line) => process.stdout.write(`${line}\n`));

const openAsk = async (tenant: string): Promise<Ask> => {
  const running = await readRunning(statePaths(stateFolder()));
  if (!running) throw new Refusal('Tierline is not running here: start it with npm start.');
  return askAt(running, tenant);
};

/** Shows the plan. @throws Refusal when the document is wrong. */
const shownPlan = async (ask: Ask, document: Document): Promise<Plans> => {
  const plans = await planDesk(ask, document);
  const faults = faultsIn(plans);
  const differences = keepers.flatMap((service) => plans[service].differences);
  const { warnings, openTickets } = plans['tier-queues'];
  say(...differenceLines(differences), ...ticketLines(openTickets), ...faultLines('Worth knowing:', warnings));
  if (faults.length > 0) throw new Refusal(faultLines('The desk would be refused:', faults).join('\n'));
  return plans;
};

const apply = async (ask: Ask, document: Document, why: string | undefined): Promise<void> => {
  if (!why?.trim()) throw new Refusal('--why is missing: say in a sentence why the desk changes.');
  const plans = await shownPlan(ask, document);
  if (keepers.every((service) => plans[service].differences.length === 0)) return;
  await applyDesk(ask, document, plans, why);
  say('Done.');
};

const numberIn = (text: string | undefined, name: string): number => {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(`${name} has to be the number of a version: npm run desk -- versions lists them.`);
};

type Chosen = { readonly number: number; readonly catalogue: number | undefined; readonly why: string | undefined };

const revert = async (ask: Ask, { number, catalogue, why }: Chosen): Promise<void> => {
  const beside = catalogue === undefined ? '' : `, catalogue to ${catalogue}`;
  const note = `Reverts to ${number}${beside}${why?.trim() ? `: ${why.trim()}` : ''}`;
  await apply(ask, await documentAt(ask, number, catalogue), note);
};

const republish = async (ask: Ask): Promise<void> => {
  const published = await republishDesk(ask);
  say(...keepers.map((service) => `${service} published ${published[service]} events.`));
};

/** How many changes `versions` lists. */
const mostListed = 40;

const commands = ['plan', 'apply', 'export', 'versions', 'revert', 'republish'];

type Options = Readonly<Partial<Record<'why' | 'out' | 'version' | 'catalogue', string>>>;

const exported = async (ask: Ask, { out, version }: Options, catalogue: number | undefined): Promise<void> => {
  const document =
    version === undefined ? await exportDesk(ask) : await documentAt(ask, numberIn(version, '--version'), catalogue);
  if (out === undefined) process.stdout.write(writeDocument(document));
  else await writeFile(out, writeDocument(document));
};

const execute = async (command: string, argument: string | undefined, ask: () => Promise<Ask>, options: Options) => {
  const { why, catalogue: named } = options;
  const catalogue = named === undefined ? undefined : numberIn(named, '--catalogue');
  if (command === 'plan' || command === 'apply') {
    if (argument === undefined) throw new Refusal(`FILE is missing.\n\n${usage}`);
    const document = await readDocument(argument);
    return command === 'plan' ? shownPlan(await ask(), document) : apply(await ask(), document, why);
  }
  if (command === 'revert') return revert(await ask(), { number: numberIn(argument, 'N'), catalogue, why });
  if (command === 'versions') return say(...historyLines(await historyOf(await ask(), mostListed)));
  return command === 'republish' ? republish(await ask()) : exported(await ask(), options, catalogue);
};

const run = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { tenant: { ...text, default: demoTenant }, why: text, out: text, version: text, catalogue: text },
  });
  const [command = '', argument] = positionals;
  if (!commands.includes(command)) throw new Refusal(usage);
  await execute(command, argument, () => openAsk(values.tenant), values);
};

try {
  await run();
} catch (error) {
  reportFailure(error);
  if (error instanceof Refused)
    process.stderr.write(`${error.fields.map(({ path, message }) => `  ${path}: ${message}\n`).join('')}`);
}
