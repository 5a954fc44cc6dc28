import { OperationTypeNode } from 'graphql';
import type { AnswerMemory } from '../../common/answer-memory.js';
import { type RequestContext, setInContext } from '../../common/request-context.js';
import type { ListSizes } from '../../list-sizes/list-sizes.js';
import type { DocumentLimits, IncomingOperation } from '../limits/document-limits.js';

/** For at most this many objects, reading the sizes of lists is not worth a database query. */
const COUNTED_FROM = 500;

/** Reserves the memory of a response before its operation is executed. */
export class AnswerAdmission {
  constructor(
    private readonly limits: DocumentLimits,
    private readonly listSizes: ListSizes,
    private readonly memory: AnswerMemory,
  ) {}

  /**
   * A subscription reserves nothing: it waits most of the time, and each of its responses is small.
   * @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED
   */
  async admit(incoming: IncomingOperation, request: RequestContext | undefined): Promise<void> {
    if (request === undefined || incoming.operation.operation === OperationTypeNode.SUBSCRIPTION) return;
    const { objects: most } = this.limits.costOf(incoming);
    const objects =
      most <= COUNTED_FROM ? most : this.limits.costOf(incoming, await this.listSizes.rowCounts()).objects;
    setInContext(request, { memory: await this.memory.reserve(objects, request.deadline) });
  }
}
