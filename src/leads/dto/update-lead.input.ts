import { Field, Float, InputType, Int } from '@nestjs/graphql';
import { IsOptional, ValidateIf } from 'class-validator';
import { IsBudget, IsDetail, IsLeadEmail, IsLeadStatus, IsName } from './lead-rules.js';

/** The field may be left out, but null is rejected: the column is not nullable. */
const IsNotNullIfGiven = () => ValidateIf((_, value) => value !== undefined);

@InputType({
  description:
    'Changes to a lead. What is left out stays as it is; null or a text that shows nothing clears a detail, but not a name or the e-mail; a blank status stays as it is. The rules are those of `CreateLeadInput`.',
})
export class UpdateLeadInput {
  @Field(() => Int, { description: 'Which lead to change.' })
  id!: number;

  @Field(() => String, { nullable: true, description: 'Not empty, at most 255 characters.' })
  @IsNotNullIfGiven()
  @IsName()
  firstName?: string;

  @Field(() => String, { nullable: true, description: 'Not empty, at most 255 characters.' })
  @IsNotNullIfGiven()
  @IsName()
  lastName?: string;

  @Field(() => String, {
    nullable: true,
    description: 'No two leads share one. Stored in lower case; without invisible characters.',
  })
  @IsNotNullIfGiven()
  @IsLeadEmail()
  email?: string;

  @Field(() => String, { nullable: true, description: 'At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  phone?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'From 0 to 99,999,999.99; at most two decimals. A change rescores the lead.',
  })
  @IsOptional()
  @IsBudget()
  budget?: number | null;

  @Field(() => String, { nullable: true, description: 'At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  location?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  company?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'One of the statuses that `CreateLeadInput` lists. A change rescores the lead.',
  })
  @IsNotNullIfGiven()
  @IsLeadStatus()
  status?: string;
}
