/** What the event of a decision brings: the calls that may run; `ended` when the run was ended meanwhile. */
export type Decided = { approved: string[]; ended: boolean };
/** What the event of late results brings. */
export type Answered = { ended: boolean };

/** The event that brings the decisions about a step's calls; the component sends it once. */
export const decidedEvent = (place: number): string => `decided:${place}`;
/** The event after which every late result of a step is there; the component sends it once. */
export const answeredEvent = (place: number): string => `answered:${place}`;

/** What the workflow of a run is sent when the time has come that its model step, by its place, waits for; or the run has ended. */
export const dueEvent = (place: number): string => `due:${place}`;
