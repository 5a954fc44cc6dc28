import type { ImportedFile } from './import-report.js';

/** The columns by which a line names its lead. */
export const LEAD_NAME = 'email, "writtenEmail", "leadSource", "leadExternalId"';

/**
 * Creates a table of the leads that lines name. Leads of the same import come first: a dry run has
 * not inserted them or changed their e-mails, and a lead may keep the external id of another source.
 * @param lines the table of staged lines
 * @param targets the table to create
 * @param idField the field with the external id of the lead
 */
export const matchTargets = (lines: string, targets: string, idField: string): string => `
  CREATE TEMP TABLE ${targets} ON COMMIT DROP AS
  WITH named AS (
    SELECT DISTINCT ${LEAD_NAME} FROM ${lines}
  ), in_file AS (
    SELECT DISTINCT ON (line."externalSource", line."externalId") line."externalSource", line."externalId", plan."leadId"
    FROM pg_temp.import_lead_lines AS line JOIN pg_temp.import_lead_plan AS plan USING (key)
    WHERE line."externalId" IS NOT NULL AND line.reason IS NULL AND plan.action NOT IN ('reject', 'fail')
    ORDER BY line."externalSource", line."externalId"
  ), by_email AS (
    SELECT given.email, given."writtenEmail", count(*)::int AS count,
      CASE WHEN count(*) = 1 THEN min(lead.id)
        ELSE min(lead.id) FILTER (WHERE lead.email = given."writtenEmail") END AS id
    FROM (SELECT DISTINCT email, "writtenEmail" FROM named WHERE email <> '') AS given
    JOIN leads AS lead ON email_key(lead.email) = given.email
    GROUP BY given.email, given."writtenEmail"
  ), planned AS (
    SELECT DISTINCT ON (email) email, "leadId" FROM pg_temp.import_lead_plan
    WHERE email IS NOT NULL AND action NOT IN ('reject', 'fail') ORDER BY email, position
  )
  SELECT named.*, found."leadId",
    CASE
      WHEN found."leadId" IS NOT NULL THEN NULL
      WHEN by_email.count > 1 THEN jsonb_build_object('field', 'email', 'message',
        by_email.count || ' leads share this e-mail in different spellings', 'value', named."writtenEmail")
      WHEN named.email <> '' THEN jsonb_build_object('field', 'email', 'message', 'no lead has this e-mail', 'value', named.email)
      ELSE jsonb_build_object('field', '${idField}', 'message', 'no lead has this external id', 'value',
        named."leadExternalId")
    END AS reason
  FROM named
  LEFT JOIN in_file
    ON in_file."externalSource" = named."leadSource" AND in_file."externalId" = named."leadExternalId"
  LEFT JOIN leads AS by_id ON by_id."externalSource" = named."leadSource" AND by_id."externalId" = named."leadExternalId"
    AND by_id."externalId" IS NOT NULL
  LEFT JOIN planned ON planned.email = named.email
  LEFT JOIN by_email ON by_email.email = named.email AND by_email."writtenEmail" = named."writtenEmail"
  LEFT JOIN planned AS renamed ON renamed."leadId" = by_email.id AND renamed.email <> named.email
  CROSS JOIN LATERAL (
    SELECT coalesce(in_file."leadId", by_id.id, CASE WHEN renamed.email IS NULL THEN by_email.id END,
      CASE WHEN by_email.count IS NULL THEN planned."leadId" END) AS "leadId"
  ) AS found`;

/** Every other writer of an interaction or a change locks its lead first. */
export const lockTargets = (targets: string): string => `
  SELECT count(*) FROM (
    SELECT FROM leads WHERE id IN (SELECT "leadId" FROM ${targets}) ORDER BY id FOR NO KEY UPDATE
  ) AS locked`;

/** Rejects the lines whose lead does not exist. */
export const collectUnknownLeads = (kind: ImportedFile, lines: string, targets: string): string => `
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT '${kind}', line, jsonb_build_array(reason)
  FROM ${lines} JOIN ${targets} USING (${LEAD_NAME})
  WHERE reason IS NOT NULL`;
