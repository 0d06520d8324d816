import { readFile } from 'node:fs/promises';
import { CORE_SCHEMA, dump, load } from 'js-yaml';
import { Refusal } from '../refusal.ts';

/** A desk as its file says it. */
export type Document = Readonly<Record<string, unknown>>;

// Of all that YAML knows only what JSON knows too: a date stays the text that it is.
const parse = (text: string, file: string): unknown => {
  try {
    return load(text, { filename: file, schema: CORE_SCHEMA });
  } catch (cause) {
    throw new Refusal(`${file} cannot be read as YAML: ${(cause as Error).message}`, { cause });
  }
};

/** The desk that a text in YAML (or JSON) describes. @throws Refusal when it is no document. */
export const parseDocument = (text: string, file: string): Document => {
  const document = parse(text, file);
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw new Refusal(`${file} is no desk: it has to begin with the sorts of parts, as "tiers:".`);
  if ('why' in document) throw new Refusal(`${file}: why belongs to the change, not to the desk: say it with --why.`);
  return document as Document;
};

/** The desk in a file. @throws Refusal when the file is absent or no document. */
export const readDocument = async (file: string): Promise<Document> => {
  try {
    return parseDocument(await readFile(file, 'utf8'), file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Refusal(`There is no file ${file}.`, { cause });
  }
};

/** The document as text in YAML. */
export const writeDocument = (document: Document): string =>
  dump(document, { schema: CORE_SCHEMA, lineWidth: 120, noRefs: true });
