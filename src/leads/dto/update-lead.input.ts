import { Field, Float, InputType, Int } from '@nestjs/graphql';
import { IsOptional, ValidateIf } from 'class-validator';
import { IsExternalId, IsExternalSource } from '../../common/external-id.js';
import { IsBudget, IsDetail, IsLeadEmail, IsLeadStatus, IsName } from './lead-rules.js';

/** The field may be left out, but null is rejected: the column is not nullable. */
const IsNotNullIfGiven = () => ValidateIf((_, value) => value !== undefined);

@InputType({
  description:
    'Changes to a lead. Absent fields stay unchanged. Null, or a text without visible characters, clears an optional field, but is invalid for a name or the e-mail. A blank status leaves the status unchanged. The rules are those of `CreateLeadInput`.',
})
export class UpdateLeadInput {
  @Field(() => Int, { description: 'The id of the lead.' })
  id!: number;

  @Field(() => String, { nullable: true, description: 'The given name. Not empty, at most 255 characters.' })
  @IsNotNullIfGiven()
  @IsName()
  firstName?: string;

  @Field(() => String, { nullable: true, description: 'The family name. Not empty, at most 255 characters.' })
  @IsNotNullIfGiven()
  @IsName()
  lastName?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The e-mail address, unique among leads. Stored in lower case. Invisible characters are not allowed.',
  })
  @IsNotNullIfGiven()
  @IsLeadEmail()
  email?: string;

  @Field(() => String, { nullable: true, description: 'The telephone number. At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  phone?: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The budget, from 0 to 99,999,999.99. At most two decimals. A change recalculates the score.',
  })
  @IsOptional()
  @IsBudget()
  budget?: number | null;

  @Field(() => String, { nullable: true, description: 'The location. At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  location?: string | null;

  @Field(() => String, { nullable: true, description: 'The company. At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  company?: string | null;

  @Field(() => String, { nullable: true, description: 'The origin of the lead. At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'One of the statuses that `CreateLeadInput` lists. A change recalculates the score.',
  })
  @IsNotNullIfGiven()
  @IsLeadStatus()
  status?: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Stored in lower case: the letters a to z, digits, dots, hyphens and underscores, at most 64 characters. Null clears both fields.',
  })
  @IsOptional()
  @IsExternalSource()
  externalSource?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The id of the lead in another system, unique together with `externalSource`. A single line of at most 255 characters. Null clears both fields.',
  })
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;
}
