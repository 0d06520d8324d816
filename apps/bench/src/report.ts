import type { Figure } from './figure.ts';
import type { Setting } from './setting.ts';

/** One run, as it is written to a file and read to be compared with. */
export type Report = { at: string; quick: boolean; setting: Setting; figures: readonly (Figure & { part: string })[] };

const written = (value: number): string => {
  if (!Number.isFinite(value)) return 'never';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
};

const isMet = ({ value, aim }: Figure): boolean | undefined => {
  if (aim === undefined) return undefined;
  const limit = Number(aim.slice(2).replaceAll(',', ''));
  return aim.startsWith('≥') ? value >= limit : value <= limit;
};

const aimOf = (figure: Figure): string =>
  figure.aim === undefined ? '' : `${isMet(figure) ? 'ok  ' : 'MISS'} ${figure.aim}`;

const changeOf = (figure: Figure, before: Report | undefined): string => {
  if (!before) return '';
  const then = before.figures.find(({ name }) => name === figure.name);
  if (!then) return 'new'.padStart(12);
  const percent = (100 * (figure.value - then.value)) / then.value;
  const change = Number.isFinite(percent) ? `${percent >= 0 ? '+' : ''}${percent.toFixed(0)} %` : '';
  return `${written(then.value).padStart(12)} ${change.padStart(7)}`;
};

const tableOf = (figures: readonly Figure[], before: Report | undefined): string[] =>
  figures.map((figure) =>
    [
      figure.name.padEnd(52),
      written(figure.value).padStart(10),
      figure.unit.padEnd(12),
      changeOf(figure, before),
      aimOf(figure),
    ]
      .join(' ')
      .trimEnd(),
  );

/** Machine, versions and settings, then ratios, then absolute figures; beside them those of an earlier run. */
export const reportText = ({ quick, setting, figures }: Report, before?: Report): string => {
  const { machine, versions, postgres } = setting;
  const ratios = figures.filter(({ unit }) => unit === 'ratio');
  const absolute = figures.filter(({ unit }) => unit !== 'ratio');
  const words = Object.entries(postgres).map(([name, value]) => `${name}=${value}`);
  return [
    `${machine.cores} cores (${machine.cpu}), ${machine.gigabytes} GB; load at the start ${machine.load}${quick ? '; quick' : ''}`,
    `Node ${versions.node}, PostgreSQL ${versions.postgres}, Kafka ${versions.kafka}, kafkajs ${versions.kafkajs}`,
    `PostgreSQL: ${words.join(', ')}`,
    ...(before ? [`compared with ${before.at} (load ${before.setting.machine.load})`] : []),
    ...(ratios.length > 0 ? ['', 'Ratios', ...tableOf(ratios, before)] : []),
    ...(absolute.length > 0 ? ['', 'Absolute figures, of this machine', ...tableOf(absolute, before)] : []),
  ].join('\n');
};
