/** A function that a request may be meant for, and what that function would see. */
export interface RouteCandidate {
  readonly namespace: string;
  readonly name: string;
  /** Path and query for the function, as the caller encoded them; begins with `/`. */
  readonly target: string;
  /** The part of the caller's path that was taken away: empty for host routes. */
  readonly prefix: string;
}
