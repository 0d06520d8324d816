import type { MigrationInterface, QueryRunner } from 'typeorm';

class StaffMails1760000004301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A lane of these mails is a person's, not a ticket's: all that waits in one goes as one mail.
    await runner.query(`
      ALTER TABLE agent_team ADD COLUMN name text, ADD COLUMN email text;
      CREATE TABLE team (
        tenant_id text NOT NULL,
        team text NOT NULL,
        lead text,
        PRIMARY KEY (tenant_id, team)
      );
      SELECT background_table('team');
      ALTER TABLE delivery ADD COLUMN person_id text;
      ALTER TABLE delivery DROP CONSTRAINT delivery_channel_check;
      ALTER TABLE delivery ADD CONSTRAINT delivery_channel_check CHECK (channel IN ('mail', 'staff', 'webhook', 'test'));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM lane WHERE stream = 'staff';
      DELETE FROM delivery WHERE channel = 'staff';
      ALTER TABLE delivery DROP CONSTRAINT delivery_channel_check;
      ALTER TABLE delivery ADD CONSTRAINT delivery_channel_check CHECK (channel IN ('mail', 'webhook', 'test'));
      ALTER TABLE delivery DROP COLUMN person_id;
      DROP TABLE team;
      ALTER TABLE agent_team DROP COLUMN email, DROP COLUMN name`);
  }
}

class MailPreferences1760000004302 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mail_preference (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        off text[] NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, person_id)
      );
      SELECT protect_tenant_table('mail_preference');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_preference');
  }
}

class Management1760000004303 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE management (
        tenant_id text NOT NULL,
        person_id text NOT NULL,
        name text,
        email text,
        PRIMARY KEY (tenant_id, person_id)
      );
      SELECT background_table('management');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE management');
  }
}

class Deputies1760000004304 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE deputy_told (
        tenant_id text NOT NULL,
        source text NOT NULL,
        person_id text NOT NULL,
        items jsonb NOT NULL,
        withdrawn jsonb NOT NULL,
        PRIMARY KEY (tenant_id, source)
      );
      CREATE INDEX deputy_told_of_person ON deputy_told (tenant_id, person_id);
      SELECT background_table('deputy_told');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deputy_told');
  }
}

/** Mails to the desk's own people. */
export const staffMailMigrations = [
  StaffMails1760000004301,
  MailPreferences1760000004302,
  Management1760000004303,
  Deputies1760000004304,
];
