import { SingleBar } from 'cli-progress'

const SECONDS_PER_LINE = 2

/**
 * A progress bar on a terminal, else a line every few seconds, on stderr. `text` is what follows the bar, with the placeholders of
 * cli-progress.
 */
export function createProgressBar(text: string): SingleBar {
  return new SingleBar({
    format: `${process.stderr.isTTY ? '[{bar}] ' : ''}${text}`,
    formatValue: (value, _, type) => (type === 'value' || type === 'total' ? value.toLocaleString('en') : String(value)),
    barCompleteChar: '#',
    barIncompleteChar: '.',
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: SECONDS_PER_LINE * 1_000,
  })
}
