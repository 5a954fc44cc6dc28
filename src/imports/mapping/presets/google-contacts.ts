import type { Preset } from '../preset.js';

/** Both the format before 2024 (Given Name) and the one since then (First Name). */
export const GOOGLE_CONTACTS: Preset = {
  name: 'google-contacts',
  title: 'Google Contacts',
  leads: [
    {
      signatures: [['E-mail 1 - Value'], ['Given Name', 'Family Name', 'Group Membership']],
      columns: {
        firstName: ['First Name', 'Given Name'],
        lastName: ['Last Name', 'Family Name'],
        fullName: ['Name', 'File As'],
        email: ['E-mail 1 - Value', 'E-mail 2 - Value', 'E-mail 3 - Value'],
        phone: ['Phone 1 - Value', 'Phone 2 - Value', 'Phone 3 - Value'],
        company: ['Organization Name', 'Organization 1 - Name'],
        location: ['Address 1 - City', 'Address 1 - Region', 'Address 1 - Country'],
      },
    },
  ],
  interactions: [],
};
