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

/** One queue is asked for by its mark; many marks would cost more than to look at the queues of what is found. */
const findingIn = (table: string, { id, words, queue }: { id: string; words: string; queue: string }) => `
  CREATE OR REPLACE FUNCTION tickets_found(queues text[], line text, at_most int) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    SET enable_seqscan = off SET enable_indexscan = off
    AS $$
      SELECT ${id} FROM ${table}
      WHERE ${words} @@ ((
        '''' || regexp_replace('/' || current_setting('app.tenant', true)
          || CASE WHEN cardinality(queues) = 1 THEN '/' || queues[1] ELSE '' END, '[''\\\\]', '\\\\\\&', 'g') || ''''
      )::tsquery && search_of(line)) AND ${queue} = ANY(queues)
      LIMIT at_most
    $$;`;

const findingInTickets = findingIn('ticket', { id: 'id', words: marked, queue: `queue || ''` });

class Search1760000003501 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Under forced row-level security no search of words may use an index before the wall was asked of every row, since
    // its operator could tell of rows behind it. Hence the function: it runs as the owner, and its wall is a mark made
    // of the same setting as the wall of the rows. It gives nothing but ids, to be read by whoever asked.
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
      ${findingInTickets}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION tickets_found; DROP POLICY search ON ticket; DROP INDEX ticket_words;
      ALTER TABLE ticket DROP COLUMN words; DROP FUNCTION search_of; DROP FUNCTION words_of`);
  }
}

const sought = (row: 'OLD' | 'NEW') => `(${row}.${open} AND ${row}.queue IS NOT NULL)`;

class SearchBeside1760000003502 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // An index of words gets all entries of a row anew with each change of the row. Claims, holds and clocks change a
    // ticket, but neither its words nor its queue: hence a table that changes with these alone.
    await runner.query(`
      CREATE TABLE ticket_search (
        tenant_id text NOT NULL,
        ticket_id uuid NOT NULL,
        queue text NOT NULL,
        words tsvector NOT NULL,
        PRIMARY KEY (tenant_id, ticket_id)
      );
      INSERT INTO ticket_search
        SELECT tenant_id, id, queue, ${marked} FROM ticket WHERE ${open} AND queue IS NOT NULL;
      DROP INDEX ticket_words;
      CREATE INDEX ticket_words ON ticket_search USING gin (words);
      SELECT protect_tenant_table('ticket_search');
      DROP POLICY search ON ticket;
      CREATE POLICY search ON ticket_search FOR SELECT TO CURRENT_USER USING (true);
      ${findingIn('ticket_search', { id: 'ticket_id', words: 'words', queue: 'queue' })}
      CREATE FUNCTION note_ticket_search() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF ${sought('NEW')} THEN
          INSERT INTO ticket_search VALUES (NEW.tenant_id, NEW.id, NEW.queue, NEW.words || array_to_tsvector(
            ARRAY['/' || NEW.tenant_id, '/' || NEW.tenant_id || '/' || NEW.queue]))
          ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET queue = excluded.queue, words = excluded.words;
        ELSE
          DELETE FROM ticket_search WHERE tenant_id = NEW.tenant_id AND ticket_id = NEW.id;
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER ticket_search_of_new AFTER INSERT ON ticket FOR EACH ROW
        WHEN ${sought('NEW')} EXECUTE FUNCTION note_ticket_search();
      CREATE TRIGGER ticket_search_of_changed AFTER UPDATE ON ticket FOR EACH ROW
        WHEN ((${sought('OLD')}, OLD.queue, OLD.subject) IS DISTINCT FROM (${sought('NEW')}, NEW.queue, NEW.subject))
        EXECUTE FUNCTION note_ticket_search();`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER ticket_search_of_changed ON ticket; DROP TRIGGER ticket_search_of_new ON ticket;
      DROP FUNCTION note_ticket_search; DROP TABLE ticket_search;
      CREATE INDEX ticket_words ON ticket USING gin (${marked});
      CREATE POLICY search ON ticket FOR SELECT TO CURRENT_USER USING (true);
      ${findingInTickets}`);
  }
}

export const searchMigrations = [Search1760000003501, SearchBeside1760000003502];
