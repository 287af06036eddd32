import type { LayoutType } from '../../api/layout.ts';

/** What the user asked `setup node` for. */
export interface SetupOrder {
  node: string;
  profile?: string;
  layout?: LayoutType;
  /** Given by a person who has seen the plan: it may permit what is refused without it, so it is never made up. */
  planID?: string;
}
