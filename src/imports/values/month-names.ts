/** Names and abbreviations of months in English, German, French, Spanish, Portuguese, Dutch and Italian, folded. */
const MONTHS: readonly string[] = [
  'jan january januar janner janvier janv enero ene janeiro januari gennaio gen',
  'feb february februar feber fevrier fevr fev febrero fevereiro februari febbraio',
  'mar march marz mrz maerz mars marzo marco maart mrt',
  'apr april avril avr abril abr aprile',
  'may mai mayo maio mei maggio mag',
  'jun june juni juin junio junho giugno giu',
  'jul july juli juillet juil julio julho luglio lug',
  'aug august aout agosto ago augustus',
  'sep sept september septembre septiembre setiembre setembro set settembre',
  'oct october oktober okt octobre octubre outubro out ottobre ott',
  'nov november novembre noviembre novembro',
  'dec december dezember dez decembre diciembre dic dezembro dicembre',
];

/** Months from 1 by folded name. */
export const MONTH_BY_NAME: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, index) => names.split(' ').map((name) => [name, index + 1] as const)),
);
