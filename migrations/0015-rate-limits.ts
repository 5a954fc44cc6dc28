import type { MigrationContext } from '../src/database/migration.js';

/**
 * Counts the requests of each caller in the current minute, for all replicas together. The table is UNLOGGED, because its
 * rows are not needed after a crash. The clock of the database decides when a minute ends, so all replicas agree.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE UNLOGGED TABLE rate_limits (
      key varchar(255) PRIMARY KEY,
      used integer NOT NULL,
      "endsAt" timestamptz NOT NULL
    ) WITH (fillfactor = 70);

    CREATE FUNCTION take_rate_points(keys text[], points integer[], maxima integer[], "mayBeLess" boolean)
    RETURNS TABLE (granted boolean, taken integer, "endsInMs" double precision)
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      moment timestamptz := clock_timestamp();
      room integer;
      latest timestamptz;
      share integer;
    BEGIN
      -- Locks all rows, in one order for everybody, also those that it leaves as they are.
      INSERT INTO rate_limits AS r (key, used, "endsAt")
        SELECT k, 0, moment + interval '1 minute' FROM unnest(keys) AS k ORDER BY k
      ON CONFLICT (key) DO UPDATE SET used = 0, "endsAt" = excluded."endsAt" WHERE r."endsAt" <= moment;

      SELECT min(w.max - r.used - w.wanted), max(r."endsAt") FILTER (WHERE r.used + w.wanted > w.max)
        INTO room, latest
        FROM unnest(keys, points, maxima) AS w (key, wanted, max) JOIN rate_limits r ON r.key = w.key;
      -- With one key, less may do: as much as there is.
      share := CASE WHEN room >= 0 THEN points[1] WHEN "mayBeLess" THEN greatest(points[1] + room, 0) ELSE 0 END;
      granted := room >= 0 OR share > 0;
      IF granted THEN
        UPDATE rate_limits r SET used = r.used + CASE WHEN "mayBeLess" THEN share ELSE w.wanted END
          FROM unnest(keys, points) AS w (key, wanted) WHERE r.key = w.key;
        latest := NULL;
      END IF;
      taken := share;
      "endsInMs" := extract(epoch FROM
        coalesce(latest, (SELECT min(r."endsAt") FROM rate_limits r WHERE r.key = ANY (keys))) - moment) * 1000;
      RETURN NEXT;
    END $$`);
}

export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP FUNCTION take_rate_points(text[], integer[], integer[], boolean);
    DROP TABLE rate_limits`);
}
