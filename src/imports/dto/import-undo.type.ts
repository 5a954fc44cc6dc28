import { Field, Int, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../../access/allowed-to.js';
import { AssumedSize } from '../../graphql/limits/field-extensions.js';
import { MAX_NAMED_KEPT } from '../import-record.js';

@AllowedTo('rep')
@ObjectType('ImportKeptRow', { description: 'A row that an undo left alone.' })
export class ImportKeptRowType {
  @Field(() => Int, { description: 'The id of the lead.' })
  leadId!: number;

  @Field(() => Int, { nullable: true, description: 'The id of the interaction. Null: the row is the lead.' })
  interactionId!: number | null;

  @Field(() => String, { description: 'A readable reason.' })
  reason!: string;
}

@AllowedTo('rep')
@ObjectType('ImportUndo', { description: 'The result of the undo of an import.' })
export class ImportUndoType {
  @Field(() => Int, { description: 'Leads that the import had inserted.' })
  removedLeads!: number;

  @Field(() => Int, { description: 'Leads that have the values of before the import again.' })
  restoredLeads!: number;

  @Field(() => Int, { description: 'Interactions that the import had inserted.' })
  removedInteractions!: number;

  @Field(() => Int, { description: 'Interactions that have the values of before the import again.' })
  restoredInteractions!: number;

  @Field(() => Int, {
    description: 'Changes in the history of leads that the import had inserted.',
  })
  removedChanges!: number;

  @Field(() => Int, { description: 'Rows that were left alone, because they have changed since the import.' })
  keptCount!: number;

  @AssumedSize(MAX_NAMED_KEPT)
  @Field(() => [ImportKeptRowType], {
    description: `The first ${MAX_NAMED_KEPT} rows that were left alone. \`keptCount\` counts all of them.`,
  })
  kept!: readonly ImportKeptRowType[];

  @Field(() => Int, { description: 'Scores that were calculated.' })
  scoreCount!: number;

  @Field(() => Int, { description: 'Leads whose score could not be saved.' })
  failedScoreCount!: number;
}
