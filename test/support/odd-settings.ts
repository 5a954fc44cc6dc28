import { withConnection } from './connection.js';

/** Unusual defaults of databases and roles, on which the server must not depend. */
const ODD_SETTINGS = {
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kolkata',
  client_encoding: 'LATIN1',
  standard_conforming_strings: 'off',
  bytea_output: 'escape',
  extra_float_digits: '-10',
  array_nulls: 'off',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  statement_timeout: '5s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '5s',
  transaction_timeout: '5s',
  idle_session_timeout: '5s',
};

/** Sets them as the defaults of a database, for new sessions. */
export async function setOddDefaults(url: string): Promise<void> {
  await withConnection(url, async (connection) => {
    const [row] = await connection.rows<{ name: string }>('SELECT current_database() AS name');
    for (const [setting, value] of Object.entries(ODD_SETTINGS)) {
      await connection.rows(`ALTER DATABASE ${row?.name ?? ''} SET ${setting} = '${value}'`);
    }
  });
}
