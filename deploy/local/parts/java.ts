import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../refusal.ts';
import { projectRoot } from '../settings.ts';
import { PartMissing } from './part-missing.ts';

const run = promisify(execFile);

/** The parts that are Java programs. */
export type JavaPart = 'kafka' | 'mail';

const folders: Record<JavaPart, string> = { kafka: 'kafka-4.3.1', mail: 'greenmail-2.1.3' };
const cache = join(projectRoot, 'node_modules', '.cache', 'tierline');

const partNames: Record<JavaPart, string> = { kafka: 'Kafka', mail: 'the mail server' };
const insteads: Record<JavaPart, string> = {
  kafka: 'set TIERLINE_KAFKA_BROKERS to the brokers of an existing Kafka',
  mail: 'set TIERLINE_SMTP_URL to an existing mail server',
};

/** Where a part's jars are; they are complete as soon as the folder exists. */
export const jarFolder = (part: JavaPart): string => join(cache, folders[part]);

const needsJava = (part: JavaPart, problem: string): PartMissing =>
  new PartMissing(
    `${problem}, and ${partNames[part]} needs Java 17 or newer: install it (Debian and Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk), or ${insteads[part]}.`,
  );

/** @throws PartMissing when there is no Java, or one older than 17. */
export const checkJava = async (part: JavaPart): Promise<void> => {
  let output: string;
  try {
    const { stdout, stderr } = await run('java', ['-version']);
    output = stdout + stderr;
  } catch {
    throw needsJava(part, 'Java is not installed');
  }
  const [, major] = /version "(\d+)/.exec(output) ?? [];
  if (Number(major) < 17) throw needsJava(part, `Java ${major} is too old`);
};

/** @throws PartMissing when jars are still to be fetched and there is no Maven. */
export const checkMaven = async (part: JavaPart): Promise<void> => {
  if (existsSync(jarFolder(part))) return;
  try {
    await run('mvn', ['-version']);
  } catch {
    throw new PartMissing(
      `Maven is not installed, and it is needed once to fetch ${partNames[part]}: install it (Debian and Ubuntu: apt install maven; macOS: brew install maven), or ${insteads[part]}.`,
    );
  }
};

const fetchJars = async (part: JavaPart): Promise<void> => {
  const target = jarFolder(part);
  if (existsSync(target)) return;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, 'fetching-'));
  const pom = join(import.meta.dirname, '..', 'pom.xml');
  try {
    await run('mvn', ['-q', '-B', '-f', pom, '-P', part, `-Djars=${fresh}`, 'generate-resources']);
    // Another start of this clone may have been quicker: its folder is as good as ours.
    if (!existsSync(target)) await rename(join(fresh, part), target);
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new Refusal(`Maven could not fetch ${partNames[part]}\n${stdout}${stderr}`.trimEnd(), { cause });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

let queue: Promise<void> = Promise.resolve();

/**
 * Checks Java and Maven and fetches a part's jars unless they are there; gives their folder.
 * One Maven at a time: its local repository does not bear two writers.
 */
export const prepareJava = async (part: JavaPart): Promise<string> => {
  await checkJava(part);
  await checkMaven(part);
  const fetched = queue.then(() => fetchJars(part));
  queue = fetched.catch(() => undefined);
  await fetched;
  return jarFolder(part);
};

/**
 * How each of our Java parts runs, with the heap at most so large, like `512m`. Compiled once and quickly: they are small
 * and short-lived, and the optimising compiler would take a tenth of a core from the services beside them for minutes.
 */
export const javaFlags = (heap: string): readonly string[] => [
  `-Xmx${heap}`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
];
