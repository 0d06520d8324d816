import { createHash } from 'node:crypto';
import { style } from './page-style.ts';
import type { ServiceStatus, Status, TicketCount } from './status.ts';

const styleHash = createHash('sha256').update(style).digest('base64');

/** The page may use its own style and nothing else: no script, no frame, nothing from elsewhere. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const text = (value: unknown): string => String(value).replace(/[&<>"']/g, (char) => escapes[char]!);

const numbers = new Intl.NumberFormat('en');
const figure = (value: number | null): string => (value === null ? '–' : numbers.format(value));

/** The states in the order of a ticket's way; open ones first. */
const wayOfStates = [
  'NEW',
  'QUEUED',
  'ASSIGNED',
  'IN_PROGRESS',
  'PENDING',
  'RESOLVED',
  'CLOSED',
  'CANCELLED',
  'MERGED',
  'SPAM',
];
const openStates = new Set(wayOfStates.slice(0, 5));
const place = (state: string): number =>
  wayOfStates.includes(state) ? wayOfStates.indexOf(state) : wayOfStates.length;

const words = (state: string): string => state.toLowerCase().replaceAll('_', ' ');

const cell = (count: number): string => `<td class="n${count === 0 ? ' zero' : ''}">${figure(count)}</td>`;

const countAt = (tickets: readonly TicketCount[], tier: string, state: string): number =>
  tickets.filter((one) => one.tier === tier && one.state === state).reduce((sum, { count }) => sum + count, 0);

const ticketTable = (tickets: readonly TicketCount[]): string => {
  const states = [...new Set(tickets.map(({ state }) => state))].toSorted((a, b) => place(a) - place(b));
  const tiers = [...new Set(tickets.map(({ tier }) => tier))].toSorted((a, b) =>
    a === 'none' ? -1 : b === 'none' ? 1 : a.localeCompare(b, 'en', { numeric: true }),
  );
  const head = states.map((state) => `<th scope="col" class="n">${text(words(state))}</th>`).join('');
  const rows = tiers.map((tier) => {
    const cells = states.map((state) => cell(countAt(tickets, tier, state))).join('');
    return `<tr><th scope="row">${tier === 'none' || tier === '' ? 'no tier yet' : text(tier)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th scope="col">Tier</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
};

const ticketsOf = ({ tickets, ticketsFrom }: Status): string => {
  if (tickets === null) return '<p class="quiet">Not known: the services that count tickets do not answer.</p>';
  if (tickets.length === 0) return '<p class="quiet">No tickets yet.</p>';
  const note =
    ticketsFrom === 'reporting'
      ? '<p class="quiet">As reporting knows them, since tier-queues does not answer; it may be a little behind.</p>'
      : '';
  return ticketTable(tickets) + note;
};

const stateWords = { ready: 'ready', 'not-ready': 'not ready', down: 'down' } as const;

const serviceRow = (service: ServiceStatus): string =>
  `<tr><th scope="row">${text(service.name)}</th>` +
  `<td><span class="state ${service.state}">${stateWords[service.state]}</span>` +
  `${service.reason ? `<span class="why">${text(service.reason)}</span>` : ''}</td>` +
  `<td class="n">${figure(service.consumerLag)}</td><td class="n">${figure(service.outboxRows)}</td>` +
  `<td class="n${(service.parkedMessages ?? 0) > 0 ? ' bad' : ''}">${figure(service.parkedMessages)}</td></tr>`;

const servicesOf = ({ services }: Status): string =>
  `<div class="wide"><table><thead><tr><th scope="col">Service</th><th scope="col">State</th>` +
  `<th scope="col" class="n">behind by</th><th scope="col" class="n">to publish</th><th scope="col" class="n">parked</th></tr></thead>` +
  `<tbody>${services.map(serviceRow).join('')}</tbody></table></div>`;

const deliveriesOf = ({ deliveries }: Status): string => {
  if (deliveries === null) return '<p class="quiet">Not known: notifications does not answer.</p>';
  if (deliveries.length === 0)
    return '<p class="quiet">Nothing to deliver, and nothing delivered in the last 24 hours.</p>';
  const rows = deliveries
    .toSorted((a, b) => `${a.channel} ${a.state}`.localeCompare(`${b.channel} ${b.state}`, 'en'))
    .map(
      ({ channel, state, count }) =>
        `<tr><th scope="row">${text(channel)}</th><td>${text(state)}</td><td class="n${state === 'failed' ? ' bad' : ''}">${figure(count)}</td></tr>`,
    );
  return (
    `<div class="wide"><table><thead><tr><th scope="col">Channel</th><th scope="col">State</th><th scope="col" class="n">Count</th></tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table></div><p class="quiet">Sent and failed: in the last 24 hours.</p>`
  );
};

const headline = (name: string, value: number | null, isBad = false): string =>
  `<div class="figure${isBad ? ' bad' : ''}"><dd>${figure(value)}</dd><dt>${name}</dt></div>`;

const headlinesOf = ({ tickets, orphans, consumerLag, outboxRows, parkedMessages }: Status): string => {
  const open = tickets?.filter(({ state }) => openStates.has(state)).reduce((sum, { count }) => sum + count, 0) ?? null;
  return `<dl class="figures">${[
    headline('open tickets', open),
    headline('orphans', orphans, (orphans ?? 0) > 0),
    headline('events not taken yet', consumerLag),
    headline('events to publish', outboxRows),
    headline('records parked', parkedMessages, (parkedMessages ?? 0) > 0),
  ].join('')}</dl>`;
};

const verdictOf = ({ services }: Status): string => {
  const failing = services.filter(({ state }) => state !== 'ready');
  if (failing.length === 0) return '<p class="verdict good">Every service is ready.</p>';
  const list = failing.map(({ name, state }) => `${name} is ${stateWords[state]}`).join(', ');
  return `<p class="verdict bad">${text(list)}.</p>`;
};

const linksOf = ({ services }: Status): string =>
  `<ul class="links">${services
    .map(({ name }) => `<li><a href="/api/${text(name)}/openapi.json">${text(name)} API</a></li>`)
    .join('')}<li><a href="/asyncapi.json">events</a></li><li><a href="/status.json">this page as data</a></li></ul>`;

const clock = (at: string): string =>
  `<time datetime="${text(at)}">${text(at.slice(0, 19).replace('T', ' '))} UTC</time>`;

/** The status as a page of its own: no script, fit for a phone, light and dark. */
export const pageOf = (status: Status): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="5">
<title>Tierline: ${status.ready ? 'ready' : 'attention'}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>Tierline</h1>${verdictOf(status)}</header>
${headlinesOf(status)}
<section><h2>Tickets by tier and state</h2>${ticketsOf(status)}</section>
<section><h2>Services</h2>${servicesOf(status)}</section>
<section><h2>Deliveries</h2>${deliveriesOf(status)}</section>
<section><h2>For programs</h2>${linksOf(status)}</section>
<footer>Computed ${clock(status.at)}; the page renews itself every 5 seconds.</footer>
</main>
</body>
</html>
`;
