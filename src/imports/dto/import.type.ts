import { Field, Float, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import type { Page } from '../../common/page-window.js';
import { connectionType } from '../../graphql/connection-type.js';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { IMPORTED_FILES } from '../import-report.js';
import { ImportReportType } from './import-report.type.js';
import { ImportUndoType } from './import-undo.type.js';

/** Maps the names in the API to the values in the database. */
const ImportStatus = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'interrupted',
} as const;

registerEnumType(ImportStatus, {
  name: 'ImportStatus',
  description: 'The status of an import.',
  valuesMap: {
    RUNNING: { description: 'The import is in progress.' },
    SUCCEEDED: { description: 'The import is complete. `report` names the lines that were rejected.' },
    FAILED: { description: 'The import failed and was rolled back. The field `error` has the reason.' },
    CANCELLED: { description: 'The import was interrupted and rolled back.' },
    INTERRUPTED: {
      description: 'The process or its database connection was lost. The import was rolled back.',
    },
  },
});

const ImportTrigger = { API: 'api', COMMAND: 'command' } as const;

registerEnumType(ImportTrigger, {
  name: 'ImportTrigger',
  description: 'The trigger of an import.',
  valuesMap: {
    API: { description: 'A request to `POST /imports`.' },
    COMMAND: { description: 'The command `pnpm import:csv`.' },
  },
});

const ImportStep = {
  READING: 'reading',
  MATCHING: 'matching',
  WRITING: 'writing',
  SCORING: 'scoring',
} as const;

registerEnumType(ImportStep, {
  name: 'ImportStep',
  description: 'The step that an import is in.',
  valuesMap: {
    READING: { description: 'The files are read. `doneCount` counts bytes.' },
    MATCHING: { description: 'The lines are compared with what exists.' },
    WRITING: {
      description: 'Leads, then interactions, then changes of leads are written. `doneCount` counts them.',
    },
    SCORING: { description: 'The leads that changed are scored. `doneCount` counts them.' },
  },
});

const ImportFileKind = { LEADS: 'leads', INTERACTIONS: 'interactions', CHANGES: 'changes' } as const;

registerEnumType(ImportFileKind, {
  name: 'ImportFileKind',
  description: 'The content of an imported file.',
  valuesMap: {
    LEADS: { description: 'One lead on each line.' },
    INTERACTIONS: { description: 'One interaction on each line.' },
    CHANGES: { description: 'One past change of the status or the budget of a lead on each line.' },
  },
});

@AllowedTo('rep')
@ObjectType('ImportFile', { description: 'A file of an import.' })
export class ImportFileType {
  @Field(() => ImportFileKind, { description: 'The content of the file.' })
  kind!: (typeof ImportFileKind)[keyof typeof ImportFileKind];

  @Field(() => String, { description: 'The name of the file.' })
  name!: string;

  @Field(() => Float, { description: 'The size in bytes.' })
  size!: number;

  @Field(() => String, { description: 'The SHA-256 of the file, in hexadecimal digits.' })
  sha256!: string;
}

@AllowedTo('rep')
@ObjectType('Import', {
  description: 'The record of an import of CSV files. The record is kept after the import has ended.',
})
export class ImportType {
  @Field(() => ID, { description: 'An integer.' })
  id!: number;

  @Field(() => ImportTrigger, { description: 'The trigger of the import.' })
  trigger!: (typeof ImportTrigger)[keyof typeof ImportTrigger];

  @Field(() => String, {
    description: 'The key of the caller of the API, or the user of the operating system who ran the command.',
  })
  caller!: string;

  @Field(() => String, { description: 'The host name and the process that the import runs or ran on.' })
  host!: string;

  @AssumedSize(IMPORTED_FILES.length)
  @Field(() => [ImportFileType], { description: 'The imported files.' })
  files!: readonly ImportFileType[];

  @Field(() => ImportStatus, { description: 'The status of the import.' })
  status!: (typeof ImportStatus)[keyof typeof ImportStatus];

  @Field(() => Date, { description: 'The start time.' })
  startedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'The end time. Null if the import is running, or if the time is unknown.',
  })
  endedAt!: Date | null;

  @Field(() => ImportStep, { description: 'The step that the import is or was in.' })
  step!: (typeof ImportStep)[keyof typeof ImportStep];

  @Field(() => Float, { description: 'How much of the step is done: bytes or rows.' })
  doneCount!: number;

  @Field(() => Float, { nullable: true, description: 'The size of the step. Null: unknown.' })
  totalCount!: number | null;

  @Field(() => ImportReportType, {
    nullable: true,
    description: 'The result. Null unless the import has succeeded.',
  })
  report!: ImportReportType | null;

  @Field(() => String, {
    nullable: true,
    description: 'A readable reason if the import did not succeed.',
  })
  error!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the import was undone. Null: it was not.' })
  undoneAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'The caller or the user who undid the import.' })
  undoneBy!: string | null;

  @Field(() => ImportUndoType, {
    nullable: true,
    description: 'The result of the undo. Null: the import was not undone.',
  })
  undoReport!: ImportUndoType | null;
}

export type ImportConnection = Page<ImportType>;
export const ImportConnection = connectionType(ImportType, {
  prefix: 'Import',
  one: 'import',
  many: 'imports',
  description: 'A page of imports, the latest first.',
  allowedTo: 'rep',
  cursorArguments: 'a value for `after`',
});
