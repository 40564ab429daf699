// The engine logs to standard output. Answers need it for themselves, so everything else goes to standard error.
// Import this module before any other.
const writeAnswer = process.stdout.write.bind(process.stdout);

process.stdout.write = (...everything) => process.stderr.write(...everything);

/** Writes one line of the protocol. */
export const writeLine = (line) => writeAnswer(`${line}\n`);
