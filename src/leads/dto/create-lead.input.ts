import { Field, Float, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IsBudget, IsDetail, IsLeadEmail, IsLeadStatus, IsName } from './lead-rules.js';

@InputType({
  description:
    'A new lead. Texts are trimmed and stored composed (NFC). An optional text that shows nothing counts as not given.',
})
export class CreateLeadInput {
  @Field(() => String, { description: 'Not empty, at most 255 characters.' })
  @IsName()
  firstName!: string;

  @Field(() => String, { description: 'Not empty, at most 255 characters.' })
  @IsName()
  lastName!: string;

  @Field(() => String, {
    description: 'No two leads share one. Stored in lower case; without invisible characters.',
  })
  @IsLeadEmail()
  email!: string;

  @Field(() => String, { nullable: true, description: 'As it should be shown; at most 255 characters.' })
  @IsOptional()
  @IsDetail()
  phone?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'From 0 to 99,999,999.99, in the currency of the account; at most two decimals.',
  })
  @IsOptional()
  @IsBudget()
  budget?: number | null;

  @Field(() => String, { nullable: true, description: 'Where the lead is; at most 255 characters.' })
  @IsOptional()
  @IsDetail()
  location?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 255 characters.' })
  @IsOptional()
  @IsDetail()
  company?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the lead came from, such as `website` or `referral`; at most 255 characters.',
  })
  @IsOptional()
  @IsDetail()
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'One of `new` (the default), `contacted`, `qualified`, `proposal`, `negotiation`, `won`, `converted`, `lost`, `closed_lost`, in any letter case, with spaces or hyphens in place of underscores.',
  })
  @IsOptional()
  @IsLeadStatus()
  status?: string | null;
}
