import { describe, expect, it } from 'vitest';
import { ImportFileError } from '../../../src/imports/import-file-error.js';
import { EXPORT_FIELDS, type ImportKind } from '../../../src/imports/mapping/fields.js';
import { mapFile, type MappingOptions } from '../../../src/imports/mapping/map-file.js';
import {
  formatMappingFile,
  parseMappingFile,
  savedMapping,
} from '../../../src/imports/mapping/mapping-file.js';
import { nearestName } from '../../../src/imports/mapping/nearest.js';
import { PRESETS } from '../../../src/imports/mapping/presets.js';
import { findInteractionType } from '../../../src/imports/values/interaction-types.js';
import { LEAD_STATUSES } from '../../../src/leads/lead-status.js';

const map = (kind: ImportKind, header: readonly string[], options: MappingOptions = {}) =>
  mapFile(kind, header, options, 'leads.csv');

/** The headers that each field is read from. */
function headersOf(kind: ImportKind, header: readonly string[], options: MappingOptions = {}) {
  const { sources } = map(kind, header, options);
  return Object.fromEntries(
    Object.entries<readonly number[] | undefined>(sources).map(([field, indexes]) => [
      field,
      (indexes ?? []).map((index) => header[index]),
    ]),
  );
}

const errorOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ImportFileError);
    return (error as Error).message;
  }
  throw new Error('There was no error.');
};

describe('headers', () => {
  it('match regardless of case, spaces, punctuation, accents and byte order marks', () => {
    expect(headersOf('leads', ['\ufeffE-MAIL address', 'first_name', 'LASTNAME', ' Societe '])).toEqual({
      email: ['\ufeffE-MAIL address'],
      firstName: ['first_name'],
      lastName: ['LASTNAME'],
      company: [' Societe '],
    });
    expect(headersOf('leads', ['ï»¿email']).email).toEqual(['ï»¿email']);
  });

  it('our own names come before those of others', () => {
    expect(headersOf('leads', ['Work Email', 'email', 'Amount', 'budget'])).toEqual({
      email: ['email'],
      budget: ['budget'],
    });
    const hubspot = ['Record ID', 'First Name', 'Last Name', 'Work email', 'Email', 'Lead Status', 'status'];
    expect(headersOf('leads', hubspot).status).toEqual(['status', 'Lead Status']);
  });

  it.each([
    [['Name', 'Email', 'Phone', 'Company', 'City', 'Status', 'Source', 'Deal Value'], 'fullName'],
    [['Vollständiger Name', 'E-Mail', 'Telefon', 'Firma', 'Stadt', 'Status', 'Quelle', 'Wert'], 'fullName'],
    [
      ['Nom complet', 'Courriel', 'Téléphone', 'Entreprise', 'Ville', 'Statut', 'Origine', 'Montant'],
      'fullName',
    ],
    [
      [
        'Nombre completo',
        'Correo electrónico',
        'Teléfono',
        'Empresa',
        'Ciudad',
        'Etapa',
        'Fuente',
        'Importe',
      ],
      'fullName',
    ],
    [['Nome completo', 'E-mail', 'Telefone', 'Empresa', 'Cidade', 'Situação', 'Origem', 'Valor'], 'fullName'],
    [
      ['Volledige naam', 'E-mailadres', 'Telefoon', 'Bedrijf', 'Plaats', 'Fase', 'Bron', 'Bedrag'],
      'fullName',
    ],
    [
      ['Nome e cognome', 'Indirizzo email', 'Telefono', 'Azienda', 'Città', 'Stato', 'Fonte', 'Importo'],
      'fullName',
    ],
  ])('%j are understood', (header, name) => {
    const fields = [name, 'email', 'phone', 'company', 'location', 'status', 'source', 'budget'];
    expect(headersOf('leads', header)).toEqual(
      Object.fromEntries(fields.map((field, index) => [field, [header[index]]])),
    );
  });

  it.each([
    [['Email', 'Activity Type', 'Date', 'Time', 'Notes']],
    [['E-Mail', 'Typ', 'Datum', 'Uhrzeit', 'Notizen']],
    [['Adresse e-mail', 'Activité', 'Date et heure', 'Heure', 'Commentaires']],
    [['Correo', 'Tipo', 'Fecha', 'Hora', 'Notas']],
    [['E-mailadres', 'Soort', 'Datum', 'Tijd', 'Opmerkingen']],
    [['Indirizzo email', 'Attività', 'Data', 'Ora', 'Descrizione']],
  ])('%j are understood as interactions', (header) => {
    const fields = ['email', 'type', 'date', 'time', 'notes'];
    expect(headersOf('interactions', header)).toEqual(
      Object.fromEntries(fields.map((field, index) => [field, [header[index]]])),
    );
  });

  it('that number the rows are not ids of leads', () => {
    expect(map('leads', ['ID', 'email']).ignored).toEqual(['ID']);
  });

  it('that occur twice are both read and named', () => {
    const { sources, notices } = map('leads', ['email', 'Name', 'Company', 'company']);
    expect(sources.company).toEqual([2, 3]);
    expect(notices).toEqual([
      'the header has "Company" 2 times, as columns 3, 4',
      'company is the first value of "Company", "company"',
    ]);
  });

  it('without a name are ignored by position', () => {
    expect(map('leads', ['email', '', 'Shoe size']).ignored).toEqual(['column 2', 'Shoe size']);
  });

  it('without a required column are named, with a proposal', () => {
    expect(errorOf(() => map('leads', ['Name', 'Electronic mail']))).toBe(
      'leads.csv: the header has no column for the e-mail address or the external id of the lead. The columns are "Name", "Electronic mail". Name the column with --map "Electronic mail=email".',
    );
    expect(errorOf(() => map('interactions', ['email', 'date']))).toMatch(
      /no column for the type of the interaction\..* --map-type "=call"/,
    );
    expect(errorOf(() => map('interactions', ['Foo']))).toMatch(/e-mail address.*date.*type/);
    expect(map('interactions', ['email', 'date'], { types: { '': 'call' } }).types.get('')).toEqual({
      type: 'call',
    });
  });
});

describe('options', () => {
  it('map and ignore columns', () => {
    const options = { columns: { 'shoe size': 'company', Company: '' } };
    expect(headersOf('leads', ['email', 'Shoe size', 'Company'], options)).toEqual({
      email: ['email'],
      company: ['Shoe size'],
    });
    expect(map('leads', ['email', 'Shoe size', 'Company'], options).ignored).toEqual(['Company']);
  });

  it('may name several columns for a field, in order of preference', () => {
    const { sources, notices } = map('leads', ['Home', 'Work', 'Name'], {
      columns: { Work: 'email', Home: 'email' },
    });
    expect(sources.email).toEqual([1, 0]);
    expect(notices).toEqual(['email is the first value of "Work", "Home"']);
  });

  it.each<[MappingOptions, string]>([
    [{ columns: { 'Compny / Account': 'company' } }, 'Did you mean "Company / Account"?'],
    [{ columns: { 'Company / Account': 'compny' } }, 'Did you mean company?'],
    [
      { columns: { 'Company / Account': 'company', 'company/account': 'source' } },
      'to company and to source',
    ],
    [{ preset: 'salesfroce' }, 'Did you mean salesforce?'],
    [{ statuses: { Foo: 'contcted' } }, 'Did you mean contacted?'],
    [{ externalSource: ' ' }, 'the name of the external source is invalid'],
    [{ isStrict: true }, 'these columns are not mapped: "Shoe size". Map them with --map "Shoe size=FIELD"'],
  ])('%j is rejected', (options, message) => {
    expect(errorOf(() => map('leads', ['Company / Account', 'Email', 'Shoe size'], options))).toContain(
      message,
    );
  });

  it('reject an unknown type', () => {
    expect(
      errorOf(() => map('interactions', ['email', 'type', 'date'], { types: { Demo: 'meating' } })),
    ).toContain('Did you mean meeting?');
  });

  it('strict accepts columns that are ignored explicitly', () => {
    expect(
      map('leads', ['Email', 'Shoe size'], { isStrict: true, columns: { 'Shoe size': '' } }).ignored,
    ).toEqual(['Shoe size']);
  });

  it('a preset can be chosen by name, and generic means none', () => {
    const header = ['Record ID', 'First Name', 'Last Name', 'Email', 'Contact owner'];
    expect(map('leads', header)).toMatchObject({ preset: 'hubspot', externalSource: 'hubspot' });
    expect(map('leads', header, { preset: 'generic' })).toMatchObject({
      preset: null,
      externalSource: 'csv',
    });
    expect(map('leads', header, { preset: 'Zoho', externalSource: 'crm' })).toMatchObject({
      preset: 'zoho',
      externalSource: 'crm',
    });
  });
});

describe('our own export', () => {
  it.each(['leads', 'interactions'] as const)('of %s is recognised by its complete header', (kind) => {
    const header = EXPORT_FIELDS[kind];
    expect(map(kind, header)).toMatchObject({ isOwnExport: true, preset: 'own', ignored: [], notices: [] });
    expect(map(kind, header.slice(0, -1)).isOwnExport).toBe(false);
  });
});

describe('presets', () => {
  it('have statuses and types of the API only', () => {
    for (const { leads, interactions } of PRESETS) {
      for (const { statuses } of leads) {
        for (const status of Object.values(statuses ?? {})) expect(LEAD_STATUSES).toContain(status);
      }
      for (const { types } of interactions) {
        for (const type of Object.values(types ?? {}))
          expect(findInteractionType(type, new Map())).not.toBeNull();
      }
    }
  });

  it('recognise each of their own signatures as a file of the tool, unless another tool writes the same columns', () => {
    const wrong: string[] = [];
    for (const preset of PRESETS) {
      for (const kind of ['leads', 'interactions'] as const) {
        for (const { signatures, columns } of preset[kind]) {
          const found: Partial<Record<string, readonly string[]>> = columns;
          const required = (kind === 'leads' ? ['email'] : ['email', 'date', 'type']).flatMap(
            (field) => found[field]?.slice(0, 1) ?? [],
          );
          for (const signature of signatures) {
            const header = [...new Set([...signature, ...required])];
            const mapping = map(kind, header, { types: { '': 'call' } });
            if (mapping.preset !== preset.name)
              wrong.push(`${preset.name} ${signature.join()}: ${mapping.preset}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the values of the first records', () => {
  const mapped = (
    header: readonly string[],
    samples: readonly (readonly string[])[],
    options: MappingOptions = {},
  ) => mapFile('leads', header, options, 'leads.csv', samples);

  it.each([
    [['Lead ID', 'Last Name', 'Email'], '00Q000000000001', 'salesforce'],
    [['Lead ID', 'Last Name', 'Email'], '00Q000000000001EAA', 'salesforce'],
    [['Lead ID', 'Last Name', 'Email'], '="00Q000000000001"', 'salesforce'],
    [['Lead Id', 'Last Name', 'Email'], 'zcrm_4876876000000123001', 'zoho'],
    [['Lead ID', 'Last Name', 'Email'], '17', null],
    [['Lead ID', 'Last Name', 'Email'], '202401010000017', null],
    [['Lead ID', 'Last Name', 'Email'], 'LEAD20240000001', null],
    [['Record ID', 'First Name', 'Last Name', 'Email'], '12345678901', 'hubspot'],
    [['Record Id', 'First Name', 'Last Name', 'Email'], 'zcrm_554023000000123456', 'zoho'],
    [['Record ID', 'First Name', 'Last Name', 'Email'], 'zcrm_554023000000123456', 'zoho'],
    [['LeadId', 'FirstName', 'LastName', 'Email', 'LeadSource'], '5', null],
  ])('%j with the id %s is a file of %s', (header, id, preset) => {
    expect(mapped(header, [[id, 'A', 'B', 'a@example.com', 'Web']]).preset).toBe(preset);
  });

  it('decide what interactions of which tool are', () => {
    const preset = (id: string) =>
      mapFile('interactions', ['WhoId', 'Subject', 'ActivityDate', 'Type'], {}, 'calls.csv', [[id]]).preset;
    expect([preset('00Q000000000001'), preset('003000000000001;00Q000000000001'), preset('8')]).toEqual([
      'salesforce',
      'salesforce',
      null,
    ]);
  });

  it.each(['Estado', 'State'])('decide whether %s is the status of a lead or a state', (name) => {
    const header = ['email', name];
    const fieldOf = (...values: string[]) => {
      const { sources } = mapped(
        header,
        values.map((value) => ['a@example.com', value]),
      );
      return { status: sources.status, location: sources.location };
    };
    expect(fieldOf('Ganado', '', 'Nuevo')).toEqual({ status: [1], location: undefined });
    expect(fieldOf('Bahia', 'Jalisco')).toEqual({ status: undefined, location: [1] });
    expect(fieldOf('Ganado', 'N/A', '-')).toEqual({ status: [1], location: undefined });
    for (const other of ['Stage', 'Status']) {
      const { sources } = mapped(['email', other, name], [['a', 'Proposal', 'Ganado']]);
      expect([sources.status, sources.location]).toEqual([[1], undefined]);
    }
    expect(errorOf(() => fieldOf('Ganado', 'Jalisco'))).toBe(
      `leads.csv: the column "${name}" may be the status of a lead or a state: "Ganado", "Jalisco". Decide with --map "${name}=status" or --map "${name}=location".`,
    );
    expect(
      mapped(
        header,
        [
          ['a', 'Ganado'],
          ['b', 'Jalisco'],
        ],
        { columns: { [name]: 'status' } },
      ).sources.status,
    ).toEqual([1]);
  });

  it.each([
    ['Vorname', 'Name', 'lastName'],
    ['Prénom', 'Nom', 'lastName'],
    ['Nachname', 'Name', 'firstName'],
    ['Apellidos', 'Nombre', 'firstName'],
    ['Sobrenome', 'Nome', 'firstName'],
    ['Cognome', 'Nome', 'firstName'],
  ])('show that %s and %s are the parts of a name', (given, bare, field) => {
    const { sources, notices } = mapped(['E-Mail', bare, given], [['a@example.com', 'Li', 'Oliveira']]);
    expect(sources).toMatchObject({ [field]: [1] });
    expect(sources.fullName).toBeUndefined();
    expect(notices).toContain(`"${bare}" is read as ${field}, because "${given}" is the other part`);
  });

  it('show the other part beside further columns with names of persons, which are not it', () => {
    const { sources } = mapped(
      ['Vorname', 'Name', 'E-Mail', 'Ansprechpartner'],
      [['Anna', 'von der Heide', 'a@example.com', 'Max Vertrieb']],
    );
    expect(sources).toMatchObject({ firstName: [0], lastName: [1], fullName: [3] });
    const other = mapped(['First Name', 'Email', 'Prospect'], [['Ann', 'a@example.com', 'Yes']]);
    expect(other.sources.lastName).toBeUndefined();
  });

  it.each([
    ['Jean-Pierre', 'Jean Pierre Dupont'],
    ['太郎', '山田太郎'],
    ['Bob', 'Robert Smith'],
  ])('show that a column beside %s has whole names: %s', (given, whole) => {
    const { sources } = mapped(['First Name', 'Name', 'Email'], [[given, whole, 'a@example.com']]);
    expect([sources.fullName, sources.lastName]).toEqual([[1], undefined]);
  });

  it('show that a name contains the part that has a column of its own', () => {
    const { sources } = mapped(
      ['email', 'Name', 'First Name'],
      [
        ['a@example.com', 'Ann Miller', 'Ann'],
        ['b@example.com', 'Berg, Bob', 'Bob'],
        ['c@example.com', 'Cher', ''],
      ],
    );
    expect([sources.fullName, sources.lastName]).toEqual([[1], undefined]);
  });
});

describe('a header', () => {
  it('without a column that new leads need is accepted, with a proposal', () => {
    expect(map('leads', ['email', 'Rufname', 'Nachname']).notices).toEqual([
      'the header has no column for firstName, which new leads need; if there is one, name it with --map "Rufname=firstName"',
    ]);
    expect(map('leads', ['Lead ID', 'Name', 'primary email address']).notices).toEqual([
      'the header has no column for email, which new leads need; if there is one, name it with --map "primary email address=email"',
    ]);
  });

  it('that looks like data is rejected', () => {
    expect(errorOf(() => map('leads', ['a@example.com', 'A', 'B']))).toBe(
      'leads.csv: its first line looks like data, not like the names of columns: "a@example.com", "A", "B". Add a line with the names of the columns, or set their line with --header-line.',
    );
  });

  it('that may name a company or a title gives no name of a person', () => {
    expect(
      map('leads', ['email', 'lead_name', 'Lead-Name', 'display_name']).sources.fullName,
    ).toBeUndefined();
  });
});

describe('mapping files', () => {
  it('map the same header in the same way', () => {
    const header = ['Company / Account', 'Email', 'Home', 'First Name', 'Shoe size', 'Lead Status', 'Rating'];
    const options = {
      columns: { Home: 'email', 'Shoe size': 'phone' },
      statuses: { Foo: 'lost' },
      externalSource: 'crm',
    };
    const mapping = map('leads', header, options);
    const saved = { leads: savedMapping(mapping, { decimal: 'comma', timeZone: 'Europe/Berlin' }) } as const;
    const parsed = parseMappingFile(formatMappingFile(saved), 'mapping.json');
    expect(parsed).toEqual(saved);
    expect(parsed.leads?.formats).toEqual({ decimal: 'comma', timeZone: 'Europe/Berlin' });
    const again = map('leads', header, parsed.leads);
    expect(again).toEqual(mapping);
    // The column that --map names replaces other columns of its field.
    expect(again.ignored).toEqual(['Email', 'Rating']);
    // A column that was ignored may be missing, but not one that was mapped.
    expect(map('leads', header.slice(0, -1), { ...parsed.leads, isStrict: true }).ignored).toEqual(['Email']);
    expect(errorOf(() => map('leads', header.slice(1), parsed.leads))).toContain('"Company / Account"');
  });

  it.each([
    ['{', 'mapping.json: it is not valid JSON. Save it again with --save-mapping.'],
    ['{"leads":{"colums":{}}}', 'leads: Unrecognized key: "colums"'],
    ['{"leads":{"formats":{"dateOrder":"ymd"}}}', 'leads.formats.dateOrder: '],
    ['{"leads":{"formats":{"timeZone":"Berlin"}}}', 'must be the name of a time zone'],
    ['{"leads":{"types":{}}}', 'Unrecognized key: "types"'],
    ['[]', 'the file: '],
  ])('%s is rejected', (text, message) => {
    expect(errorOf(() => parseMappingFile(text, 'mapping.json'))).toContain(message);
  });
});

it.each([
  ['emial', ['email', 'phone'], 'email'],
  ['mail', ['Work e-mail', 'Phone'], 'Work e-mail'],
  ['xyz', ['email', 'phone'], null],
])('nearestName of %j', (text, names, nearest) => {
  expect(nearestName(text, names)).toBe(nearest);
});
