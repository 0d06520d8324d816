import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { asAdmin, type Parts } from './parts.ts';

/** What the figures were measured on: without it they mean nothing. */
export type Setting = {
  machine: { cpu: string; cores: number; gigabytes: number; load: string };
  versions: { node: string; postgres: string; kafka: string; kafkajs: string };
  postgres: Record<string, string>;
};

const versionOf = (name: string): string =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

const settings = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'] as const;

const loadNow = (): string => {
  try {
    return readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'unknown';
    throw error;
  }
};

/** `kafka` is the embedded broker's version, where that one is used. */
export const settingOf = async (parts: Parts, kafka: string): Promise<Setting> => {
  const [row] = await asAdmin(
    parts,
    'postgres',
    `SELECT current_setting('server_version') AS version, ${settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  );
  const { version, ...postgres } = row!;
  return {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      gigabytes: Math.round(totalmem() / 1e9),
      load: loadNow(),
    },
    versions: { node: process.versions.node, postgres: version!, kafka, kafkajs: versionOf('kafkajs') },
    postgres,
  };
};
