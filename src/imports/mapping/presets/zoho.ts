import type { InteractionLayout, Preset } from '../preset.js';

/** The record of the lead, in several versions of the export. */
const LEAD_ID = [
  ...[
    'Lead ID',
    'Who Id',
    'Who Id.id',
    'Contact Name.id',
    'Contact Name ID',
    'Related To.id',
    'Related To ID',
  ],
  ...['What Id.id', 'What Id', 'Lead Name.id', 'Contact ID'],
];
const LEAD_EMAIL = ['Email', 'Lead Email', 'Contact Email', 'Contact Name.Email', 'Related To.Email'];
const DIRECTIONS: NonNullable<InteractionLayout['types']> = { '': 'call' };

export const ZOHO: Preset = {
  name: 'zoho',
  title: 'Zoho CRM',
  idForm: /^(?:zcrm_)?\d{17,21}$/i,
  leads: [
    {
      signatures: [
        ['Record Id', 'Lead Owner', 'Email'],
        ['Record Id', 'First Name', 'Last Name', 'Email'],
        ['Record Id', 'Last Name', 'Email', 'Lead Status'],
        ['Record Id', 'Last Name', 'Email', 'Annual Revenue'],
        ['Lead Id', 'Lead Owner Id'],
        ['Lead Id', 'Last Name', 'Email'],
        ['Lead Owner.id', 'Email'],
        ['Lead Owner', 'Annual Revenue', 'Email'],
        ['Lead Owner Id', 'Email'],
        ['Record Id', 'Contact Owner', 'Email'],
      ],
      columns: {
        externalId: ['Record Id', 'Lead Id', 'Contact Id'],
        firstName: ['First Name'],
        lastName: ['Last Name'],
        fullName: ['Full Name', 'Lead Name', 'Contact Name'],
        email: ['Email', 'Secondary Email'],
        phone: ['Phone', 'Mobile'],
        company: ['Company', 'Account Name'],
        location: ['City', 'State', 'Country', 'Mailing City', 'Mailing State', 'Mailing Country'],
        source: ['Lead Source'],
        status: ['Lead Status'],
        budget: ['Budget', 'Amount', 'Expected Revenue'],
      },
      statuses: {
        'Attempted to Contact': 'contacted',
        'Contact in Future': 'contacted',
        Contacted: 'contacted',
        'Junk Lead': 'lost',
        'Lost Lead': 'lost',
        'Not Contacted': 'new',
        'Pre-Qualified': 'qualified',
        'Not Qualified': 'unqualified',
      },
    },
  ],
  interactions: [
    {
      signatures: [
        ['Call Start Time', 'Call Type'],
        ['Call Start Time', 'Call Owner'],
        ['Call Start Time', 'Call Duration'],
        ['Call Id', 'Call Type'],
      ],
      columns: {
        externalId: ['Record Id', 'Call Id', 'Id'],
        leadExternalId: LEAD_ID,
        email: LEAD_EMAIL,
        date: ['Call Start Time', 'Created Time'],
        recordedAt: ['Created Time'],
        notes: ['Subject', 'Call Agenda', 'Call Purpose', 'Call Result', 'Description'],
        direction: ['Call Type'],
      },
      types: DIRECTIONS,
    },
    {
      signatures: [
        ['Title', 'From', 'To', 'Host'],
        ['Event Id', 'Title', 'From'],
        ['Event Title', 'From', 'To'],
        ['Event Owner', 'Start DateTime'],
        ['Title', 'Start DateTime', 'End DateTime'],
        ['Record Id', 'Title', 'From', 'To'],
      ],
      columns: {
        externalId: ['Record Id', 'Event Id', 'Id'],
        leadExternalId: LEAD_ID,
        email: LEAD_EMAIL,
        date: ['From', 'Start DateTime', 'Start Date Time', 'Event Start'],
        recordedAt: ['Created Time'],
        notes: ['Title', 'Event Title', 'Description', 'Venue'],
      },
      types: { '': 'meeting' },
    },
  ],
};
