import type { Exclusion, InteractionLayout, Preset } from '../preset.js';

const ACTIVITY: InteractionLayout['columns'] = {
  externalId: ['Record ID', 'Record ID - Call', 'Engagement ID', 'Activity ID', 'hs_object_id'],
  leadExternalId: ['Associated Contact IDs', 'Associated Contact ID', 'Contact ID', 'Contact IDs'],
  email: ['Contact Email', 'Email', 'Associated Contact', 'Associated Contacts'],
  date: ['Activity date', 'hs_timestamp', 'Create date', 'hs_createdate'],
  recordedAt: ['Create date', 'hs_createdate'],
};

const NOT_HELD: readonly Exclusion[] = ['Meeting outcome', 'hs_meeting_outcome'].map((column) => ({
  column,
  values: ['Canceled', 'Cancelled', 'No show', 'NO_SHOW'],
  reason: 'the meeting did not take place',
}));

export const HUBSPOT: Preset = {
  name: 'hubspot',
  title: 'HubSpot',
  idForm: /^\d{1,14}$/,
  leads: [
    {
      signatures: [
        ['Record ID', 'First Name', 'Last Name', 'Email'],
        ['Record ID', 'Email', 'Lifecycle Stage'],
        ['Record ID', 'Email', 'Contact owner'],
        ['Contact ID', 'First Name', 'Email', 'Contact owner'],
        ['Email', 'Lifecycle Stage', 'Contact owner'],
        ['hs_object_id', 'email'],
        ['email', 'lifecyclestage'],
        ['email', 'hs_lead_status'],
      ],
      columns: {
        externalId: ['Record ID', 'Record ID - Contact', 'Contact ID', 'hs_object_id', 'vid'],
        firstName: ['First Name', 'firstname'],
        lastName: ['Last Name', 'lastname'],
        email: ['Email', 'Work email', 'Email address'],
        phone: ['Phone Number', 'Mobile Phone Number', 'phone', 'mobilephone'],
        company: ['Company Name', 'Associated Company', 'Primary Associated Company', 'company'],
        location: ['City', 'State/Region', 'Country/Region'],
        status: ['Lead Status', 'hs_lead_status', 'Lifecycle Stage', 'lifecyclestage'],
        source: [
          'Lead Source',
          'Original Source',
          'Original Traffic Source',
          'hs_analytics_source',
          'Latest Source',
        ],
        budget: ['Budget', 'Recent Deal Amount', 'recent_deal_amount'],
      },
      statuses: {
        NEW: 'new',
        OPEN: 'new',
        IN_PROGRESS: 'contacted',
        OPEN_DEAL: 'qualified',
        ATTEMPTED_TO_CONTACT: 'contacted',
        CONNECTED: 'contacted',
        UNQUALIFIED: 'unqualified',
        BAD_TIMING: 'lost',
        subscriber: 'new',
        lead: 'new',
        marketingqualifiedlead: 'qualified',
        salesqualifiedlead: 'qualified',
        opportunity: 'qualified',
        customer: 'converted',
        evangelist: 'converted',
      },
    },
  ],
  interactions: [
    {
      signatures: [
        ['Call notes', 'Activity date'],
        ['Call title', 'Activity date'],
        ['Call direction', 'Activity date'],
        ['hs_call_direction', 'hs_timestamp'],
        ['hs_call_title', 'hs_timestamp'],
      ],
      columns: {
        ...ACTIVITY,
        notes: ['Call title', 'Call notes', 'Call summary', 'hs_call_title', 'hs_call_body'],
        direction: ['Call direction', 'hs_call_direction'],
      },
      types: { '': 'call' },
    },
    {
      signatures: [
        ['Email subject', 'Activity date'],
        ['Email direction', 'Activity date'],
        ['hs_email_direction', 'hs_timestamp'],
        ['hs_email_subject', 'hs_timestamp'],
      ],
      columns: {
        ...ACTIVITY,
        notes: ['Email subject', 'Email body', 'Text body', 'hs_email_subject', 'hs_email_text'],
        direction: ['Email direction', 'hs_email_direction'],
      },
      types: { '': 'email' },
    },
    {
      signatures: [
        ['Meeting name', 'Meeting start time'],
        ['Meeting title', 'Activity date'],
        ['Meeting name', 'Activity date'],
        ['hs_meeting_title', 'hs_timestamp'],
      ],
      columns: {
        ...ACTIVITY,
        date: ['Meeting start time', 'Start time', 'Activity date', 'hs_meeting_start_time', 'hs_timestamp'],
        notes: [
          'Meeting name',
          'Meeting title',
          'Meeting description',
          'hs_meeting_title',
          'hs_meeting_body',
        ],
      },
      types: { '': 'meeting' },
      exclusions: NOT_HELD,
    },
    {
      signatures: [
        ['Activity type', 'Activity date', 'Record ID'],
        ['Activity type', 'Activity date', 'Associated Contact IDs'],
        ['Engagement type', 'Activity date'],
        ['Note body', 'Activity date'],
        ['hs_engagement_type', 'hs_timestamp'],
      ],
      columns: {
        ...ACTIVITY,
        type: ['Activity type', 'Engagement type', 'hs_engagement_type', 'Type'],
        notes: [
          ...[
            'Call title',
            'Email subject',
            'Meeting name',
            'Body preview',
            'Note body',
            'Call notes',
            'Email body',
          ],
          ...['hs_body_preview', 'hs_note_body'],
        ],
        direction: ['Call direction', 'Email direction', 'hs_call_direction', 'hs_email_direction'],
      },
      types: { INCOMING_EMAIL: 'email', FORWARDED_EMAIL: 'email' },
      exclusions: NOT_HELD,
    },
  ],
};
