import { Field, Float, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IsExternalId, IsExternalSource } from '../../common/external-id.js';
import { IsBudget, IsDetail, IsLeadEmail, IsLeadStatus, IsName } from './lead-rules.js';

@InputType({
  description:
    'A new lead. Texts are trimmed and normalized to NFC. An optional text without visible characters is treated as absent.',
})
export class CreateLeadInput {
  @Field(() => String, { description: 'The given name. Not empty, at most 255 characters.' })
  @IsName()
  firstName!: string;

  @Field(() => String, { description: 'The family name. Not empty, at most 255 characters.' })
  @IsName()
  lastName!: string;

  @Field(() => String, {
    description:
      'The e-mail address, unique among leads. Stored in lower case. Invisible characters are not allowed.',
  })
  @IsLeadEmail()
  email!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The telephone number, in any format. At most 255 characters.',
  })
  @IsOptional()
  @IsDetail()
  phone?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The budget, from 0 to 99,999,999.99 in the currency of the account. At most two decimals.',
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

  @Field(() => String, {
    nullable: true,
    description: 'The origin of the lead, such as `website` or `referral`. At most 255 characters.',
  })
  @IsOptional()
  @IsDetail()
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'One of `new` (the default), `contacted`, `qualified`, `proposal`, `negotiation`, `won`, `converted`, `lost`, `closed_lost`. Case is ignored, and spaces or hyphens are accepted instead of underscores.',
  })
  @IsOptional()
  @IsLeadStatus()
  status?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the system that `externalId` comes from, such as `hubspot`. Stored in lower case: the letters a to z, digits, dots, hyphens and underscores, at most 64 characters. Requires the other of the two fields.',
  })
  @IsOptional()
  @IsExternalSource()
  externalSource?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The id of the lead in another system, unique together with `externalSource`. A single line of at most 255 characters. Requires the other of the two fields.',
  })
  @IsOptional()
  @IsExternalId()
  externalId?: string | null;
}
