import type { LayoutType } from '../../api/layout.ts';
import type { ExistingData } from '../../api/profile.ts';

/** What the user asked `setup node` for. */
export interface SetupOrder {
  node: string;
  profile?: string;
  layout?: LayoutType;
  /** Holds for this order only: the next one without it goes back to the profile's. */
  existingData?: ExistingData;
  /** Given by a person who has seen the plan: it may permit what is refused without it, so it is never made up. */
  planID?: string;
}
