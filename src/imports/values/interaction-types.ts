import type { InteractionDirection, InteractionType } from '../../interactions/interaction-type.js';
import { foldedKey } from './text-folding.js';

/** The type of an interaction, and the direction if the written type implies one. */
export interface MappedType {
  readonly type: InteractionType;
  readonly direction?: InteractionDirection;
}

/**
 * Names of types in CRMs and spreadsheets. Tasks, follow-ups, text messages and deadlines are missing on purpose:
 * they do not prove a call, an e-mail or a meeting.
 */
const NAMES: readonly (readonly [MappedType, readonly string[]])[] = [
  [
    { type: 'call' },
    [
      'Call',
      'Calls',
      'Phone',
      'Phone Call',
      'Telephone',
      'Telephone Call',
      'Logged Call',
      'Log a Call',
      'Call Log',
      'Cold Call',
      'Discovery Call',
      'Intro Call',
      'Video Call',
      'Voicemail',
      'Left Voicemail',
      'Telefon',
      'Anruf',
      'Telefonat',
      'Telefongespräch',
      'Appel',
      'Appel téléphonique',
      'Llamada',
      'Llamada telefónica',
      'Ligação',
      'Chamada',
      'Telefonema',
      'Chiamata',
      'Telefonata',
      'Bellen',
      'Telefoongesprek',
      'Telefoon',
      'Téléphone',
      'Teléfono',
      'Telefone',
      'Telefono',
    ],
  ],
  [
    { type: 'call', direction: 'inbound' },
    ['Inbound Call', 'Incoming Call', 'Call Inbound', 'Eingehender Anruf', 'Missed Call'],
  ],
  [
    { type: 'call', direction: 'outbound' },
    ['Outbound Call', 'Outgoing Call', 'Call Outbound', 'Ausgehender Anruf', 'Call Made'],
  ],
  [
    { type: 'email' },
    [
      'Email',
      'E-Mail',
      'Emails',
      'Mail',
      'Mass Email',
      'List Email',
      'Email Message',
      'Newsletter',
      'Courriel',
      'Correo',
      'Correo electrónico',
      'E-post',
    ],
  ],
  [
    { type: 'email', direction: 'inbound' },
    [
      'Incoming Email',
      'Inbound Email',
      'Email Received',
      'Received Email',
      'Email Reply',
      'Email In',
      'Eingehende E-Mail',
    ],
  ],
  [
    { type: 'email', direction: 'outbound' },
    [
      'Outgoing Email',
      'Outbound Email',
      'Email Sent',
      'Sent Email',
      'Send Email',
      'Email Out',
      'Forwarded Email',
      'Ausgehende E-Mail',
    ],
  ],
  [
    { type: 'meeting' },
    [
      'Meeting',
      'Meetings',
      'Demo',
      'Product Demo',
      'Demonstration',
      'Event',
      'Appointment',
      'Lunch',
      'Dinner',
      'Breakfast',
      'Coffee',
      'Visit',
      'Site Visit',
      'On-site Visit',
      'Onsite Visit',
      'Presentation',
      'Workshop',
      'Webinar',
      'Video Meeting',
      'Online Meeting',
      'Conference',
      'Discovery Meeting',
      'Calendar Event',
      'Besprechung',
      'Termin',
      'Treffen',
      'Besuch',
      'Präsentation',
      'Réunion',
      'Rendez-vous',
      'RDV',
      'Visite',
      'Démonstration',
      'Reunión',
      'Cita',
      'Visita',
      'Reunião',
      'Riunione',
      'Incontro',
      'Appuntamento',
      'Vergadering',
      'Afspraak',
      'Bezoek',
    ],
  ],
];

const BY_KEY: ReadonlyMap<string, MappedType> = new Map(
  NAMES.flatMap(([mapped, names]) => names.map((name) => [foldedKey(name), mapped] as const)),
);

/** Returns the type for a text; null if it is unknown. `mapped` has precedence. */
export function findInteractionType(
  text: string,
  mapped: ReadonlyMap<string, MappedType>,
): MappedType | null {
  const key = foldedKey(text);
  // The empty key of `mapped` is for lines without a type, not for a type of symbols only.
  return key === '' ? null : (mapped.get(key) ?? BY_KEY.get(key) ?? null);
}

const INBOUND = [
  'inbound',
  'incoming',
  'in',
  'received',
  'incoming email',
  'inbound email',
  'missed',
  'eingehend',
  'eingang',
  'entrant',
  'entrante',
  'recebida',
  'in arrivo',
  'inkomend',
  'from lead',
  'from contact',
  'from customer',
];
const OUTBOUND = [
  'outbound',
  'outgoing',
  'out',
  'sent',
  'email',
  'forwarded email',
  'outgoing email',
  'outbound email',
  'made',
  'ausgehend',
  'ausgang',
  'sortant',
  'saliente',
  'enviada',
  'in uscita',
  'uitgaand',
  'to lead',
  'to contact',
  'to customer',
  'dialed',
  'dialled',
];
/** Values that a CRM writes if there is no direction. */
const UNKNOWN = ['internal', 'unknown', 'other', 'draft email'];

const DIRECTION_BY_KEY: ReadonlyMap<string, InteractionDirection | null> = new Map([
  ...INBOUND.map((name) => [foldedKey(name), 'inbound'] as const),
  ...OUTBOUND.map((name) => [foldedKey(name), 'outbound'] as const),
  ...UNKNOWN.map((name) => [foldedKey(name), null] as const),
]);

/** Returns the direction for a text, null if the text says that it is not known, and undefined for another text. */
export const findDirection = (text: string): InteractionDirection | null | undefined =>
  DIRECTION_BY_KEY.get(foldedKey(text));
