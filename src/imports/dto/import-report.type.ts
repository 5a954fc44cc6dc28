import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_EXAMPLES, MAX_NAMED_REJECTIONS } from '../import-report.js';

const ASSUMED_COLUMNS = 50;

@AllowedTo('rep')
@ObjectType('ImportColumn', { description: 'A column of an imported file.' })
export class ImportColumnType {
  @Field(() => String, { description: 'The name in the header of the file.' })
  column!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The field that the column is imported as. Null: the column is ignored.',
  })
  field!: string | null;
}

@AllowedTo('rep')
@ObjectType('ImportColumnFormat', { description: 'The format in which the values of a column are read.' })
export class ImportColumnFormatType {
  @Field(() => String, { description: 'The name in the header of the file.' })
  column!: string;

  @Field(() => String, { description: 'A readable format, such as the order of day and month.' })
  format!: string;
}

@AllowedTo('rep')
@ObjectType('ImportLineExamples', { description: 'The first lines with an outcome.' })
export class ImportLineExamplesType {
  @Field(() => String, { description: '`inserted`, `updated`, `unchanged` or `duplicate`.' })
  outcome!: string;

  @AssumedSize(MAX_EXAMPLES)
  @Field(() => [Int], { description: `The first ${MAX_EXAMPLES} lines. Lines count from 1, as in editors.` })
  lines!: readonly number[];
}

@AllowedTo('rep')
@ObjectType('ImportUnknownValue', { description: 'A status or type that is not known.' })
export class ImportUnknownValueType {
  @Field(() => String, { description: 'The name in the header of the file.' })
  column!: string;

  @Field(() => String, { description: 'The value in the file.' })
  value!: string;

  @Field(() => Int, { description: 'The number of lines with this value. They were rejected.' })
  count!: number;
}

@AllowedTo('rep')
@ObjectType('ImportWarning', { description: 'A remark on lines that were imported.' })
export class ImportWarningType {
  @Field(() => String, { description: 'Readable text.' })
  message!: string;

  @Field(() => Int, { description: 'The number of lines.' })
  count!: number;

  @AssumedSize(MAX_EXAMPLES)
  @Field(() => [Int], { description: 'The first lines.' })
  lines!: readonly number[];
}

@AllowedTo('rep')
@ObjectType('ImportViolation', { description: 'A rule that a line violates.' })
export class ImportViolationType {
  @Field(() => String, {
    nullable: true,
    description: 'The name in the header of the file. Null: the violation is about the line as a whole.',
  })
  column!: string | null;

  @Field(() => String, { description: 'Readable text.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The text of the cell, shortened.' })
  value!: string | null;
}

@AllowedTo('rep')
@ObjectType('ImportRejection', { description: 'A line that was not imported.' })
export class ImportRejectionType {
  @Field(() => Int, { description: 'The first line of the record. Lines count from 1, as in editors.' })
  line!: number;

  @AssumedSize(2)
  @Field(() => [ImportViolationType], { description: 'Every rule that the line violates.' })
  violations!: readonly ImportViolationType[];
}

@AllowedTo('rep')
@ObjectType('ImportFileReport', {
  description:
    'The result of one file. `inserted`, `updated` and `unchanged` count leads, interactions or changes of leads, the other numbers count lines.',
})
export class ImportFileReportType {
  @Field(() => String, { description: 'The name of the file.' })
  name!: string;

  @Field(() => Float, { description: 'The size in bytes.' })
  size!: number;

  @Field(() => String, { description: 'The SHA-256 of the file, in hexadecimal digits.' })
  sha256!: string;

  @Field(() => String, { description: '`utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.' })
  encoding!: string;

  @Field(() => String, { description: 'The character between the cells.' })
  delimiter!: string;

  @Field(() => Int, { description: 'The line of the header. Lines count from 1.' })
  headerLine!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The preset that recognised the columns. Null: the names of the columns alone.',
  })
  preset!: string | null;

  @Field(() => String, { description: 'The `externalSource` of the external ids in the file.' })
  externalSource!: string;

  @AssumedSize(ASSUMED_COLUMNS)
  @Field(() => [ImportColumnType], { description: 'The columns in the order of the file.' })
  columns!: readonly ImportColumnType[];

  @AssumedSize(3)
  @Field(() => [ImportColumnFormatType], {
    description: 'The formats that were given or that the file decided.',
  })
  formats!: readonly ImportColumnFormatType[];

  @Field(() => Int, { description: 'Lines of data, without blank lines.' })
  lineCount!: number;

  @Field(() => Int, { description: 'Rows that were inserted.' })
  inserted!: number;

  @Field(() => Int, { description: 'Rows that were updated.' })
  updated!: number;

  @Field(() => Int, { description: 'Rows that the file did not change.' })
  unchanged!: number;

  @Field(() => Int, { description: 'Lines that mean the same row as another line of the file.' })
  duplicateLines!: number;

  @Field(() => Int, { description: 'Lines that were not imported.' })
  rejectedLines!: number;

  @AssumedSize(4)
  @Field(() => [ImportLineExamplesType], { description: 'The first lines of each outcome.' })
  examples!: readonly ImportLineExamplesType[];

  @AssumedSize(10)
  @Field(() => [ImportUnknownValueType], {
    description: 'Statuses and types that are not known. `--map-status` and `--map-type` give their meaning.',
  })
  unknownValues!: readonly ImportUnknownValueType[];

  @AssumedSize(10)
  @Field(() => [ImportWarningType], { description: 'Remarks on lines that were imported.' })
  warnings!: readonly ImportWarningType[];

  @AssumedSize(MAX_NAMED_REJECTIONS)
  @Field(() => [ImportRejectionType], {
    description: `The first ${MAX_NAMED_REJECTIONS} rejected lines. \`rejectedLines\` counts all of them.`,
  })
  rejections!: readonly ImportRejectionType[];
}

@AllowedTo('rep')
@ObjectType('ImportReport', { description: 'The result of an import.' })
export class ImportReportType {
  @Field(() => ImportFileReportType, {
    nullable: true,
    description: 'The file of leads. Null: there was none.',
  })
  leads!: ImportFileReportType | null;

  @Field(() => ImportFileReportType, {
    nullable: true,
    description: 'The file of interactions. Null: there was none.',
  })
  interactions!: ImportFileReportType | null;

  @Field(() => ImportFileReportType, {
    nullable: true,
    description: 'The file of changes of leads. Null: there was none.',
  })
  changes!: ImportFileReportType | null;

  @Field(() => Int, { description: 'Scores that were calculated.' })
  scoreCount!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedScoreCount!: number;
}
