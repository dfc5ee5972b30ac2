/** A fault that the operator can mend: its message is shown as one line, without a stack. */
export class OperatorError extends Error {}
