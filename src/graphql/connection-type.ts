import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { AllowedTo } from '../access/allowed-to.js';
import type { Role } from '../common/caller.js';
import type { Page } from '../common/page-window.js';
import { PageInfo } from './page-info.type.js';

interface ConnectionNames {
  /** What the types begin with: `Lead` makes `LeadEdge` and `LeadConnection`. */
  readonly prefix: string;
  /** As descriptions call one of them, and several. */
  readonly one: string;
  readonly many: string;
  /** Of the connection. */
  readonly description: string;
  /** The arguments that take its cursors. */
  readonly cursorArguments: string;
  /** Who may read it. */
  readonly allowedTo: Role;
}

/** Makes the type of a connection, and that of its edges. */
export function connectionType<Node extends object>(
  node: Type<Node>,
  { prefix, one, many, description, cursorArguments, allowedTo }: ConnectionNames,
): Type<Page<Node>> {
  @AllowedTo(allowedTo)
  @ObjectType(`${prefix}Edge`, { description: `One in a page of ${many}.` })
  class Edge {
    @Field(() => String, { description: `Where the ${one} stands; ${cursorArguments}.` })
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

    @Field(() => PageInfo, { description: 'Where the page stands.' })
    pageInfo!: PageInfo;
  }
  return Connection;
}
