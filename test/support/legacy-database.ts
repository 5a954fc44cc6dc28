/**
 * The database of an earlier version, created by model sync: without scoreCalculatedAt, without updatedAt on
 * interactions, and with indexes of keys only. The rows resemble real data: unusual statuses and sources,
 * various scripts, addresses in mixed case, nulls in optional columns, and scores of another formula.
 */
export const LEGACY_SCHEMA = `
  CREATE TYPE public.enum_interactions_type AS ENUM ('call', 'email', 'meeting');
  CREATE TABLE leads (
    id serial PRIMARY KEY,
    "firstName" varchar(255) NOT NULL,
    "lastName" varchar(255) NOT NULL,
    email varchar(255) NOT NULL UNIQUE,
    phone varchar(255),
    budget numeric(10,2),
    location varchar(255),
    company varchar(255),
    source varchar(255),
    status varchar(255) DEFAULT 'new',
    summary text,
    "summaryGeneratedAt" timestamptz,
    "activityScore" integer,
    "createdAt" timestamptz NOT NULL,
    "updatedAt" timestamptz NOT NULL
  );
  CREATE TABLE interactions (
    id serial PRIMARY KEY,
    type enum_interactions_type NOT NULL,
    date timestamptz NOT NULL,
    notes text,
    "leadId" integer NOT NULL REFERENCES leads (id) ON DELETE CASCADE ON UPDATE CASCADE,
    "createdAt" timestamptz NOT NULL
  );`;

export const LEGACY_ROWS = `
  INSERT INTO leads ("firstName", "lastName", email, phone, budget, location, company, source, status, summary,
    "summaryGeneratedAt", "activityScore", "createdAt", "updatedAt") VALUES
    ('Ana', 'Silva', 'Ana.Silva@Example.com', '+1 202 555 0101', 99999999.99, 'Porto', 'Ágil', 'website', 'new',
      'An old summary.', '2025-01-02 03:04:05.678901+02', 87, '2024-05-06 07:08:09.123456+00', '2025-05-06 07:08:09+00'),
    ('李', '小龍', 'li@example.com', NULL, NULL, NULL, NULL, 'billboard', 'on hold', NULL,
      NULL, NULL, '2024-05-07 00:00:00+00', '2024-05-07 00:00:00+00'),
    ('O''Neil', 'Ünal', 'ana.silva@example.com', '', -5, '', '', '', 'WON', '',
      NULL, 120, '2024-05-08 00:00:00+00', '2024-05-08 00:00:00+00'),
    ('No', 'Status', 'none@example.com', NULL, 0, NULL, NULL, NULL, NULL, NULL,
      NULL, 0, '2024-05-09 00:00:00+00', '2024-05-09 00:00:00+00');
  INSERT INTO interactions (type, date, notes, "leadId", "createdAt") VALUES
    ('call', '2024-06-01 10:00:00.123456+00', 'Привет', 1, '2024-06-01 11:00:00+00'),
    ('email', '2031-01-01 00:00:00+00', NULL, 1, '2024-06-02 11:00:00+00'),
    ('meeting', '2024-06-03 10:00:00+00', 'ok', 3, '2024-06-03 11:00:00+00');`;
