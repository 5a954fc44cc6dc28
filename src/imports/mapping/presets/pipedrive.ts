import type { Preset } from '../preset.js';

export const PIPEDRIVE: Preset = {
  name: 'pipedrive',
  title: 'Pipedrive',
  leads: [
    {
      signatures: [
        ['Person - Name'],
        ['Person - First name', 'Person - Last name'],
        ['Person - Email - Work'],
        ['Person - Email'],
        ['Person - ID', 'Person - Organization'],
        ['Lead - Title'],
        ['Deal - Title', 'Deal - Contact person'],
      ],
      columns: {
        externalId: [
          'Person - ID',
          'Deal - Contact person ID',
          'Lead - Contact person ID',
          'Person - System ID',
        ],
        firstName: ['Person - First name'],
        lastName: ['Person - Last name'],
        fullName: ['Person - Name', 'Lead - Contact person', 'Deal - Contact person', 'Contact person'],
        email: [
          ...['Person - Email - Work', 'Person - Email', 'Person - Email (Work)', 'Person - Email - Home'],
          ...[
            'Person - Email (Home)',
            'Person - Email - Other',
            'Person - Email (Other)',
            'Lead - Email',
            'Deal - Email',
          ],
        ],
        phone: [
          ...['Person - Phone - Work', 'Person - Phone', 'Person - Phone (Work)', 'Person - Phone - Mobile'],
          ...[
            'Person - Phone (Mobile)',
            'Person - Phone - Home',
            'Person - Phone (Home)',
            'Person - Phone - Other',
          ],
        ],
        company: [
          'Person - Organization',
          'Organization - Name',
          'Deal - Organization',
          'Lead - Organization',
        ],
        location: [
          ...['Organization - City', 'Person - City', 'Organization - Address', 'Person - Postal address'],
        ],
        budget: ['Deal - Value', 'Lead - Value'],
        status: ['Deal - Status', 'Lead - Status', 'Deal - Stage'],
        source: [
          'Lead - Source',
          'Deal - Source channel',
          'Lead - Source channel',
          'Deal - Source',
          'Person - Source',
        ],
      },
      statuses: { open: 'qualified', won: 'won', lost: 'lost' },
    },
  ],
  interactions: [
    {
      signatures: [
        ['Activity - Type', 'Activity - Due date'],
        ['Activity - Subject', 'Activity - Due date'],
        ['Activity - Subject', 'Activity - Type'],
        ['Subject', 'Type', 'Due date', 'Contact person'],
        ['Activity - ID', 'Activity - Type'],
      ],
      columns: {
        externalId: ['Activity - ID', 'Activity - System ID', 'ID'],
        leadExternalId: ['Person - ID', 'Activity - Contact person ID', 'Activity - Person ID'],
        email: [
          ...['Person - Email - Work', 'Person - Email', 'Person - Email (Work)', 'Activity - Email'],
          ...['Person - Email - Home', 'Person - Email - Other', 'Email'],
        ],
        type: ['Activity - Type', 'Type'],
        date: ['Activity - Due date', 'Due date', 'Activity - Marked as done time', 'Marked as done time'],
        time: ['Activity - Due time', 'Due time'],
        recordedAt: ['Activity - Add time', 'Add time'],
        notes: ['Activity - Subject', 'Subject', 'Activity - Note', 'Note', 'Activity - Public description'],
      },
      exclusions: ['Activity - Done', 'Done'].map((column) => ({
        column,
        values: ['To do', '0', 'false', 'no', 'not done'],
        reason: 'the activity is not done, and its date is past',
        isPastOnly: true,
      })),
    },
  ],
};
