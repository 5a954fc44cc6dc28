import { SALESFORCE_ID } from '../../values/salesforce-id.js';
import { DELETED, type Exclusion, type LeadLayout, type Preset } from '../preset.js';

const STATUSES: NonNullable<LeadLayout['statuses']> = {
  'Open - Not Contacted': 'new',
  'Working - Contacted': 'contacted',
  'Closed - Converted': 'converted',
  'Closed - Not Converted': 'lost',
  Unqualified: 'unqualified',
  Nurturing: 'contacted',
};

/** A task that is over, but was not done. */
const NOT_DONE = { reason: 'the task is not done, and its date is past', isPastOnly: true } as const;
const OPEN_STATUSES = ['Not Started', 'In Progress', 'Waiting on someone else', 'Deferred'];
const OPEN_TASKS: readonly Exclusion[] = [
  ...['IsClosed', 'Closed'].map((column) => ({ column, values: ['0', 'false'], ...NOT_DONE })),
  ...['Status', 'Task Status'].map((column) => ({ column, values: OPEN_STATUSES, ...NOT_DONE })),
];

const FIELD_COLUMNS = ['Field', 'Field / Event'];
const CREATED = ['created', 'opportunityCreatedFromLead'];

/** A history of fields has lines about other fields. */
const STATUS_FIELDS: readonly Exclusion[] = FIELD_COLUMNS.map((column) => ({
  column,
  values: ['Status', 'Lead Status', 'StageName', 'Stage', ...CREATED],
  reason: 'the line is about another field than the status',
  areKept: true,
}));

const CREATIONS = FIELD_COLUMNS.map((column) => ({ column, values: CREATED }));

export const SALESFORCE: Preset = {
  name: 'salesforce',
  title: 'Salesforce',
  idForm: SALESFORCE_ID,
  leads: [
    {
      // Reports: labels.
      signatures: [
        ['Company / Account', 'Email'],
        ['Company / Account', 'Last Name'],
        ['Lead Owner', 'Lead Status', 'Lead Source', 'Email'],
        ['Lead ID', 'Lead Status', 'Email', 'Lead Owner'],
        ['Contact ID', 'Account Name', 'Email'],
        ['Lead ID', 'Last Name', 'Email'],
      ],
      columns: {
        externalId: ['Lead ID', 'Contact ID', 'Lead ID (18)', '18 Digit ID', 'Case Safe ID'],
        firstName: ['First Name'],
        lastName: ['Last Name'],
        fullName: ['Name', 'Full Name'],
        email: ['Email'],
        phone: ['Phone', 'Mobile', 'Mobile Phone'],
        company: ['Company / Account', 'Company', 'Account Name'],
        location: [
          'City',
          'State/Province',
          'Country',
          'Mailing City',
          'Mailing State/Province',
          'Mailing Country',
        ],
        source: ['Lead Source'],
        status: ['Lead Status', 'Status'],
        budget: ['Budget', 'Amount', 'Expected Revenue'],
      },
      statuses: STATUSES,
    },
    {
      // Data exports: names of the API.
      signatures: [
        ['Id', 'FirstName', 'LastName', 'LeadSource'],
        ['Id', 'LastName', 'Status', 'IsConverted'],
        ['Id', 'LastName', 'Email', 'OwnerId'],
        ['FirstName', 'LastName', 'Email', 'LeadSource'],
        ['Id', 'LastName', 'Email', 'Company', 'Status'],
      ],
      columns: {
        externalId: ['Id'],
        firstName: ['FirstName'],
        lastName: ['LastName'],
        fullName: ['Name'],
        email: ['Email'],
        phone: ['Phone', 'MobilePhone'],
        company: ['Company', 'Account.Name'],
        location: ['City', 'State', 'Country', 'MailingCity', 'MailingState', 'MailingCountry'],
        source: ['LeadSource'],
        status: ['Status'],
        budget: ['Budget__c', 'Amount'],
      },
      statuses: STATUSES,
      exclusions: [DELETED],
    },
  ],
  interactions: [
    {
      // Data exports of tasks.
      signatures: [
        ['Id', 'WhoId', 'Subject', 'ActivityDate', 'TaskSubtype'],
        ['WhoId', 'Subject', 'ActivityDate'],
        ['WhoId', 'TaskSubtype'],
        ['WhoId', 'Subject', 'CreatedDate'],
      ],
      columns: {
        externalId: ['Id'],
        leadExternalId: ['WhoId', 'Who.Id'],
        email: ['Who.Email', 'Lead.Email', 'Contact.Email'],
        type: ['Type', 'TaskSubtype'],
        date: ['ActivityDateTime', 'CompletedDateTime', 'ActivityDate', 'CreatedDate'],
        recordedAt: ['CreatedDate'],
        notes: ['Subject', 'Description'],
        direction: ['CallType'],
      },
      types: { ListEmail: 'email' },
      exclusions: [DELETED, ...OPEN_TASKS],
    },
    {
      // Data exports of events.
      signatures: [
        ['WhoId', 'Subject', 'StartDateTime'],
        ['WhoId', 'EventSubtype'],
        ['WhoId', 'ActivityDateTime', 'DurationInMinutes'],
      ],
      columns: {
        externalId: ['Id'],
        leadExternalId: ['WhoId', 'Who.Id'],
        email: ['Who.Email', 'Lead.Email', 'Contact.Email'],
        type: ['Type', 'EventSubtype'],
        date: ['StartDateTime', 'ActivityDateTime', 'ActivityDate'],
        recordedAt: ['CreatedDate'],
        notes: ['Subject', 'Description'],
      },
      types: { '': 'meeting', Other: 'meeting' },
      exclusions: [DELETED],
    },
    {
      // Reports on activities.
      signatures: [
        ['Subject', 'Date', 'Company / Account'],
        ['Activity ID', 'Subject', 'Date'],
        ['Assigned', 'Subject', 'Date'],
        ['Task Subtype', 'Date'],
        ['Task Subtype', 'Due Date'],
        ['Activity Type', 'Subject', 'Lead ID'],
        ['Due Date', 'Subject', 'Lead ID'],
        ['Full Comments', 'Date'],
      ],
      columns: {
        externalId: ['Activity ID', 'Task ID', 'Event ID'],
        leadExternalId: ['Lead ID', 'Contact ID', 'Name ID', 'Related To Lead'],
        email: ['Lead: Email', 'Lead Email', 'Contact: Email', 'Contact Email', 'Email'],
        type: [
          'Activity Type',
          'Type',
          'Task Type',
          'Event Type',
          'Task Subtype',
          'Activity Subtype',
          'Event Subtype',
        ],
        date: ['Date', 'Start', 'Due Date', 'Due Date Only', 'Completed Date/Time', 'Created Date'],
        time: ['Time', 'Start Time'],
        recordedAt: ['Created Date'],
        notes: ['Subject', 'Full Comments', 'Comments', 'Description'],
        direction: ['Call Type'],
      },
      exclusions: OPEN_TASKS,
    },
  ],
  changes: [
    {
      // Data exports of OpportunityHistory.
      signatures: [['OpportunityId', 'StageName', 'CreatedDate']],
      columns: {
        externalId: ['OpportunityId'],
        status: ['StageName'],
        budget: ['Amount'],
        date: ['CreatedDate'],
        recordedAt: ['CreatedDate'],
      },
      exclusions: [DELETED],
    },
    {
      // Data exports of LeadHistory and OpportunityFieldHistory.
      signatures: [
        ['LeadId', 'Field', 'NewValue', 'CreatedDate'],
        ['OpportunityId', 'Field', 'NewValue', 'CreatedDate'],
      ],
      columns: {
        externalId: ['LeadId', 'OpportunityId'],
        status: ['NewValue'],
        statusBefore: ['OldValue'],
        date: ['CreatedDate'],
        recordedAt: ['CreatedDate'],
      },
      exclusions: [DELETED, ...STATUS_FIELDS],
      creations: CREATIONS,
    },
    {
      // Reports on the history of leads.
      signatures: [['Field / Event', 'New Value', 'Edit Date']],
      columns: {
        externalId: ['Lead ID', 'Opportunity ID'],
        email: ['Email'],
        status: ['New Value'],
        statusBefore: ['Old Value'],
        date: ['Edit Date'],
        recordedAt: ['Edit Date'],
      },
      exclusions: STATUS_FIELDS,
      creations: CREATIONS,
    },
    {
      // Reports on the stages of opportunities.
      signatures: [['From Stage', 'To Stage']],
      columns: {
        externalId: ['Opportunity ID', 'Lead ID'],
        email: ['Email'],
        status: ['To Stage'],
        statusBefore: ['From Stage'],
        budget: ['Amount'],
        date: ['Last Modified', 'Last Stage Change Date', 'Edit Date', 'Created Date'],
        recordedAt: ['Last Modified', 'Edit Date'],
      },
    },
  ],
};
