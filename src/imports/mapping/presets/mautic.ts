import type { Preset } from '../preset.js';

export const MAUTIC: Preset = {
  name: 'mautic',
  title: 'Mautic',
  leads: [
    {
      signatures: [
        ['firstname', 'lastname', 'email', 'points'],
        ['First Name', 'Last Name', 'Email', 'Points'],
        ['email', 'date_identified'],
        ['email', 'last_active', 'firstname'],
        ['Email', 'Date identified'],
      ],
      columns: {
        externalId: ['id', 'Contact ID', 'lead_id'],
        firstName: ['firstname', 'First Name'],
        lastName: ['lastname', 'Last Name'],
        email: ['email', 'Email'],
        phone: ['phone', 'mobile'],
        company: ['company', 'companyname', 'Primary company'],
        location: ['city', 'state', 'country'],
        status: ['stage', 'stage_name', 'Stage'],
        source: ['utm_source', 'source'],
      },
    },
  ],
  interactions: [],
};
