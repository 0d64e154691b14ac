/** Something that whoever runs the command can mend: told in one line, exit code 2. */
export class DemoError extends Error {}
