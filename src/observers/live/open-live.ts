import { UsageError } from '../../errors.js';
import type { EndReason } from '../../sampler/sample.js';
import { isUtf8Locale } from '../../text/printable.js';
import type { Observer } from '../observer.js';
import { guestEndText } from '../state-text.js';
import { LiveCounts } from './counts.js';
import type { DivertedMessages } from './diverted-messages.js';
import { glyphsFor } from './glyphs.js';
import { Screen } from './screen.js';
import type { LiveState } from './state.js';
import { view } from './view.js';

/** At most 25 pictures a second, however often there are ticks. */
const MIN_PICTURE_MS = 40;

/**
 * A view of a run that is redrawn in place, from the first baseline on. Until it is closed, notices are
 * shown there, and said again when the terminal has been given back.
 *
 * @throws UsageError where there is no terminal to draw on
 */
export function openLive(
  options: { readonly intervalNs: number; readonly colour: boolean },
  messages: DivertedMessages,
  stop: (reason: EndReason) => void,
): Observer {
  checkTerminal();
  const counts = new LiveCounts(options.intervalNs);
  const glyphs = glyphsFor(process.env['TERM'], isUtf8Locale(process.env));
  let isOpen = false;
  let held: LiveState | undefined;
  let help = false;
  let drawnAtMs = 0;
  let due: NodeJS.Timeout | undefined;

  const screen = new Screen(process.stdin, process.stdout, {
    onRedraw: draw,
    onGone: () => stop('closed'),
    onKey(action) {
      switch (action) {
        case 'quit':
          stop('interrupted');
          return;
        case 'pause':
          held = held === undefined ? counts.state() : undefined;
          break;
        case 'reset':
          counts.reset();
          break;
        case 'help':
          help = !help;
          break;
        default:
          action satisfies never;
      }
      draw();
    },
  });

  function draw(): void {
    clearTimeout(due);
    due = undefined;
    drawnAtMs = performance.now();
    const { colour } = options;
    const paused = held !== undefined;
    const keys = screen.hasKeys;
    screen.draw(
      view(held ?? counts.state(), { ...screen.size, colour, glyphs, paused, help, keys }),
    );
  }

  /** Draws what of a tick comes soon after the last picture, such as another guest's, too. */
  function drawSoon(): void {
    const restMs = MIN_PICTURE_MS - (performance.now() - drawnAtMs);
    if (restMs <= 0) draw();
    else due ??= setTimeout(draw, restMs);
  }

  function notice(text: string): void {
    counts.notice(text);
    draw();
  }

  return {
    start(info) {
      counts.start(info);
      if (!isOpen) {
        isOpen = true;
        messages.divert(notice);
        screen.open();
      }
      draw();
    },
    ticks(pid, ticks) {
      for (const tick of ticks) counts.tick(pid, tick);
      if (held === undefined) drawSoon();
    },
    end(pid, { end: guestEnd }) {
      if (guestEnd === undefined) return;
      counts.end(pid, guestEndText(guestEnd));
      draw();
    },
    close() {
      clearTimeout(due);
      if (isOpen) screen.close();
      messages.restore();
    },
  };
}

/** @throws UsageError */
function checkTerminal(): void {
  const term = process.env['TERM'];
  if (!process.stdout.isTTY) {
    throw new UsageError(
      '--live needs a terminal as standard output',
      'without --live there are rows, which can go anywhere',
    );
  }
  if (term === undefined || term === '' || term === 'dumb') {
    throw new UsageError(
      `--live can't draw on this terminal (TERM is ${term ? term : 'not set'})`,
      'without --live there are rows, which any terminal can show',
    );
  }
}
