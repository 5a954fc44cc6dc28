const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** An instant of the API, in the language and time zone of the user. */
export function Instant({ value }: { readonly value: string }) {
  return <time dateTime={value}>{FORMAT.format(new Date(value))}</time>;
}
