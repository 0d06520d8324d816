import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States in which a ticket has still to be worked on. */
const open = `state IN ('NEW', 'QUEUED', 'ASSIGNED', 'IN_PROGRESS', 'PENDING')`;

/** ASCII and Latin-1 punctuation, blanks, general and CJK punctuation: by code point, since the database may know no other. */
const betweenWords = String.raw`[\u0001-/:-@\[-\u0060{-\u00bf\u00d7\u00f7\u2000-\u206f\u3000-\u303f]+`;

/** The marks of a ticket's tenant and of its queue; no word has a slash in it. */
const marks = `ARRAY['/' || tenant_id, '/' || tenant_id || '/' || coalesce(queue, '')]`;
/**
 * What the index holds of a ticket that has still to be worked on; nothing of others. A partial index would let the
 * planner take another one of the same part while it knows nothing of the words in the table.
 */
const marked = `(CASE WHEN ${open} THEN words || array_to_tsvector(${marks}) ELSE '' END)`;

class Search1760000003501 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Under forced row-level security no search of words may use an index before the wall was asked of every row, since
    // its operator could tell of rows behind it. Hence the function: it runs as the owner, and its wall is a mark made
    // of the same setting as the wall of the rows. It gives nothing but ids, to be read by whoever asked.
    // One queue is asked for by its mark; many marks would cost more than to look at the queues of what is found, and
    // `|| ''` keeps the indexes of queues out of it.
    // A sequential scan would stop early for common words, but only in a table with nobody else's tickets in it.
    await runner.query(`
      CREATE FUNCTION words_of(line text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN string_to_array(btrim(regexp_replace(
          lower(regexp_replace(normalize(line, NFKD), '[\\u0300-\\u036f]+', '', 'g')), '${betweenWords}', ' ', 'g')), ' ');
      CREATE FUNCTION search_of(line text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN ((SELECT string_agg('''' || word || '''', ' & ') FROM unnest(words_of(line)) AS word) || ':*')::tsquery;
      ALTER TABLE ticket ADD COLUMN words tsvector NOT NULL
        GENERATED ALWAYS AS (array_to_tsvector(words_of(subject))) STORED;
      CREATE INDEX ticket_words ON ticket USING gin (${marked});
      CREATE POLICY search ON ticket FOR SELECT TO CURRENT_USER USING (true);
      CREATE FUNCTION tickets_found(queues text[], line text, at_most int) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
        SET enable_seqscan = off SET enable_indexscan = off
        AS $$
          SELECT id FROM ticket
          WHERE ${marked} @@ ((
            '''' || regexp_replace('/' || current_setting('app.tenant', true)
              || CASE WHEN cardinality(queues) = 1 THEN '/' || queues[1] ELSE '' END, '[''\\\\]', '\\\\\\&', 'g') || ''''
          )::tsquery && search_of(line)) AND queue || '' = ANY(queues)
          LIMIT at_most
        $$;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION tickets_found; DROP POLICY search ON ticket; DROP INDEX ticket_words;
      ALTER TABLE ticket DROP COLUMN words; DROP FUNCTION search_of; DROP FUNCTION words_of`);
  }
}

export const searchMigrations = [Search1760000003501];
