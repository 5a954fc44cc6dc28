import { lookUp } from '../database/index-look-up.sql.js';

/** The maximum number of interactions that a writer receives, together with the total count. */
const MAX_INTERACTIONS = 50;

const OF_LEAD = lookUp('"leadId"', 'leads.id');

/**
 * The facts of `leads` as one JSON array, so that their hash covers exactly the data that was read. The facts
 * include whether an interaction is still planned: a summary that announces a meeting is out of date once the
 * meeting has begun. Interactions with infinite dates are left out.
 */
const FACTS_OF_LEADS = `
  LATERAL (
    SELECT coalesce(
      jsonb_agg(
        jsonb_build_array(
          newest.id, newest.type, (extract(epoch FROM newest.date) * 1000)::bigint, newest.notes, newest.date > now(),
          newest.direction
        )
        ORDER BY newest.date DESC, newest.id DESC
      ),
      '[]'
    ) AS list
    FROM (
      SELECT id, type, direction, date, notes FROM interactions
      WHERE ${OF_LEAD} AND isfinite(date)
      ORDER BY date DESC, id DESC
      LIMIT ${MAX_INTERACTIONS}
    ) AS newest
  ) AS latest,
  LATERAL (SELECT count(*) AS count FROM interactions WHERE ${OF_LEAD}) AS counted,
  LATERAL (
    SELECT jsonb_build_array(
      leads."firstName", leads."lastName", leads.company, leads.location, leads.source, leads.status, leads.budget,
      counted.count, latest.list
    ) AS facts
  ) AS known`;

const HASH_OF_FACTS = `md5(known.facts::text)`;

/** The hash of the facts of each row of `leads`. Reads all facts of the lead. */
export const HASH_OF_LEAD = `(SELECT ${HASH_OF_FACTS} FROM ${FACTS_OF_LEADS})`;

/** $1: the id of a lead. */
export const READ_FACTS = `
  SELECT known.facts, ${HASH_OF_FACTS} AS hash, date_trunc('milliseconds', clock_timestamp()) AS "asOf"
  FROM leads, ${FACTS_OF_LEADS}
  WHERE leads.id = $1`;
