import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import type { Role } from '../common/caller.js';
import type { Page } from '../common/page-window.js';
import { PageInfo } from './page-info.type.js';

interface ConnectionNames {
  /** The prefix of the type names: `Lead` makes `LeadEdge` and `LeadConnection`. */
  readonly prefix: string;
  /** The noun for descriptions, in singular and plural. */
  readonly one: string;
  readonly many: string;
  /** The description of the connection type. */
  readonly description: string;
  /** The arguments that accept its cursors. */
  readonly cursorArguments: string;
  /** The role that a caller needs to read it. */
  readonly allowedTo: Role;
}

/** Creates the types of a connection and of its edges. */
export function connectionType<Node extends object>(
  node: Type<Node>,
  { prefix, one, many, description, cursorArguments, allowedTo }: ConnectionNames,
): Type<Page<Node>> {
  @AllowedTo(allowedTo)
  @ObjectType(`${prefix}Edge`, { description: `An edge of a page of ${many}.` })
  class Edge {
    @Field(() => String, { description: `The cursor of the ${one}, ${cursorArguments}.` })
    cursor!: string;

    @Field(() => node, { description: `The ${one}.` })
    node!: Node;
  }

  @AllowedTo(allowedTo)
  @ObjectType(`${prefix}Connection`, { description })
  class Connection implements Page<Node> {
    @Field(() => [Edge], { description: `The ${many} with their cursors.` })
    edges!: readonly Edge[];

    @Field(() => [node], { description: `The ${many}.` })
    nodes!: readonly Node[];

    @Field(() => PageInfo, { description: 'Pagination information.' })
    pageInfo!: PageInfo;
  }
  return Connection;
}
