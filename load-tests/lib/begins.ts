/** What an engine says on stderr when its setup is done: the warm-up begins now, and the times of faults can be told. */
export const loadBegins = 'load begins'
