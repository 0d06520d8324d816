import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { askAt } from './desk/ask.ts';
import { readDocument, writeDocument, type Document } from './desk/document.ts';
import { differenceLines, faultLines, ticketLines } from './desk/report.ts';
import {
  Refused,
  applyDesk,
  exportDesk,
  faultsIn,
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
       npm run desk -- republish               tells it again to all services, as it is; once all of a new release run

  --tenant T   whose desk; default: ${demoTenant}
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

const republish = async (ask: Ask): Promise<void> => {
  const published = await republishDesk(ask);
  say(...keepers.map((service) => `${service} published ${published[service]} events.`));
};

const run = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tenant: { type: 'string', default: demoTenant },
      why: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const [command = '', file] = positionals;
  if (!['plan', 'apply', 'export', 'republish'].includes(command)) throw new Refusal(usage);
  if ((command === 'plan' || command === 'apply') && file === undefined)
    throw new Refusal(`FILE is missing.\n\n${usage}`);
  const document = file === undefined ? {} : await readDocument(file);
  const ask = await openAsk(values.tenant);
  if (command === 'plan') await shownPlan(ask, document);
  if (command === 'apply') await apply(ask, document, values.why);
  if (command === 'republish') await republish(ask);
  if (command !== 'export') return;
  const text = writeDocument(await exportDesk(ask));
  if (values.out === undefined) process.stdout.write(text);
  else await writeFile(values.out, text);
};

try {
  await run();
} catch (error) {
  reportFailure(error);
  if (error instanceof Refused)
    process.stderr.write(`${error.fields.map(({ path, message }) => `  ${path}: ${message}\n`).join('')}`);
}
