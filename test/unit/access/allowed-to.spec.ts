import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  Field,
  GraphQLSchemaBuilderModule,
  GraphQLSchemaFactory,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from '@nestjs/graphql';
import { describe, expect, it } from 'vitest';
import { getOperationAST, parse } from 'graphql';
import { AllowedTo } from '../../../src/access/allowed-to.js';
import { AccessCheck } from '../../../src/access/check-access.js';
import { type Role, ROLES } from '../../../src/common/caller.js';

@AllowedTo('viewer')
@ObjectType()
class Named {
  @Field(() => String)
  name!: string;

  @AllowedTo('admin')
  @Field(() => String)
  salary!: string;
}

@ObjectType()
class Bare {
  @Field(() => String)
  forgotten!: string;

  @AllowedTo('viewer')
  @Field(() => String)
  remembered!: string;
}

@Resolver()
class Roots {
  @AllowedTo('viewer')
  @Query(() => Named)
  named(): Named {
    return new Named();
  }

  @AllowedTo('viewer')
  @Query(() => Bare)
  bare(): Bare {
    return new Bare();
  }

  @Mutation(() => Boolean)
  forgotten(): boolean {
    return true;
  }
}

async function schemaOfDecorators() {
  const builder = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  try {
    return await builder.get(GraphQLSchemaFactory).create([Roots]);
  } finally {
    await builder.close();
  }
}

describe('the decorator AllowedTo', () => {
  it('sets the role of a field, and a field without a role is forbidden', async () => {
    const schema = await schemaOfDecorators();
    const rolesThatMay = (query: string): Role[] => {
      const document = parse(query);
      const operation = getOperationAST(document);
      if (operation == null) throw new Error('The document has no operation.');
      return ROLES.filter(
        (role) =>
          new AccessCheck().violationOf(schema, document, operation, {
            id: 'r',
            caller: { key: 'key:1', role },
          }) === null,
      );
    };
    expect(rolesThatMay('{ named { name } }')).toEqual(['viewer', 'rep', 'admin']);
    expect(rolesThatMay('{ named { salary } }')).toEqual(['admin']);
    expect(rolesThatMay('{ bare { remembered } }')).toEqual(['viewer', 'rep', 'admin']);
    expect(rolesThatMay('{ bare { forgotten } }')).toEqual([]);
    expect(rolesThatMay('mutation { forgotten }')).toEqual([]);
  });
});
