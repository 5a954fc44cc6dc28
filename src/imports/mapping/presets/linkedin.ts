import type { Preset } from '../preset.js';

export const LINKEDIN: Preset = {
  name: 'linkedin',
  title: 'LinkedIn',
  leads: [
    {
      // Connections. The address of a profile identifies a person.
      signatures: [
        ['First Name', 'Last Name', 'Email Address', 'Connected On'],
        ['First Name', 'Last Name', 'URL', 'Connected On'],
      ],
      columns: {
        externalId: ['URL', 'Profile URL'],
        firstName: ['First Name'],
        lastName: ['Last Name'],
        email: ['Email Address'],
        company: ['Company'],
      },
    },
    {
      // Lead Gen forms.
      signatures: [
        ['Campaign Name', 'Form Name', 'Lead ID'],
        ['Lead ID', 'Submitted Date', 'Form Name'],
        ['Campaign Group Name', 'Campaign Name', 'Creative Name'],
        ['Account ID', 'Campaign ID', 'Lead ID'],
        ['Lead ID', 'Lead Type', 'Form Name'],
        ['Lead ID', 'Creative ID'],
      ],
      columns: {
        externalId: ['Lead ID', 'Lead Response ID'],
        firstName: ['First Name'],
        lastName: ['Last Name'],
        fullName: ['Full Name', 'Name'],
        email: ['Work Email', 'Email Address', 'Email'],
        phone: ['Work Phone Number', 'Phone Number', 'Phone'],
        company: ['Company Name', 'Company'],
        location: ['City', 'State/Province', 'State', 'Country/Region', 'Country'],
        source: ['Campaign Name', 'Form Name'],
      },
    },
  ],
  interactions: [],
};
