import type { Preset } from '../preset.js';

export const ODOO: Preset = {
  name: 'odoo',
  title: 'Odoo',
  leads: [
    {
      signatures: [
        ['Opportunity', 'Email'],
        ['Opportunity', 'Contact Name'],
        ['Opportunity', 'Stage'],
        ['External ID', 'Contact Name', 'Email'],
        ['contact_name', 'email_from'],
        ['partner_name', 'email_from'],
        ['email_from', 'expected_revenue'],
        ['email_from', 'stage_id'],
      ],
      columns: {
        externalId: ['External ID', 'ID', '.id', 'id'],
        fullName: ['Contact Name', 'contact_name', 'Customer', 'partner_id'],
        email: ['Email', 'email_from', 'Customer/Email', 'Normalized Email'],
        phone: ['Phone', 'phone', 'Mobile', 'mobile'],
        company: ['Company Name', 'partner_name', 'Customer Company'],
        location: ['City', 'city', 'State', 'state_id', 'Country', 'country_id'],
        budget: ['Expected Revenue', 'expected_revenue', 'planned_revenue', 'Budget'],
        status: ['Stage', 'stage_id', 'Won/Lost', 'won_status'],
        source: ['Source', 'source_id', 'Medium', 'medium_id'],
      },
      statuses: {
        New: 'new',
        Qualified: 'qualified',
        Proposition: 'proposal',
        Negotiation: 'negotiation',
        Won: 'won',
        Lost: 'lost',
        Pending: 'new',
      },
    },
  ],
  interactions: [
    {
      signatures: [
        ['Activity Type', 'Due Date', 'Summary'],
        ['activity_type_id', 'date_deadline'],
        ['Activity Type', 'Due Date', 'Document Name'],
        ['Mail Activity Type', 'Date'],
      ],
      columns: {
        externalId: ['External ID', 'ID', '.id', 'id'],
        leadExternalId: [
          'Related Document/External ID',
          'Related Document ID',
          'res_id',
          'Document ID',
          'Opportunity/External ID',
        ],
        email: ['Email', 'Customer/Email', 'Opportunity/Email', 'email_from'],
        type: ['Activity Type', 'activity_type_id', 'Mail Activity Type'],
        date: ['Done Date', 'date_done', 'Due Date', 'date_deadline', 'Date'],
        recordedAt: ['Created on', 'create_date'],
        notes: ['Summary', 'summary', 'Note', 'note', 'Feedback', 'feedback'],
      },
    },
    {
      signatures: [
        ['Start', 'Stop', 'Subject', 'Attendees'],
        ['Meeting Subject', 'Start'],
        ['Start', 'Meeting Subject', 'Attendees'],
        ['Start', 'Subject', 'Opportunity'],
      ],
      columns: {
        externalId: ['External ID', 'ID', '.id', 'id'],
        leadExternalId: ['Opportunity/External ID'],
        email: ['Attendees/Email', 'Opportunity/Email', 'Email', 'Attendees'],
        date: ['Start', 'Start Date'],
        recordedAt: ['Created on', 'create_date'],
        notes: ['Meeting Subject', 'Subject', 'Description'],
      },
      types: { '': 'meeting' },
    },
  ],
};
