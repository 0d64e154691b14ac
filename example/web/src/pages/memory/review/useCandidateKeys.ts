import { useEffect, useEffectEvent } from "react";

export type Decision = "confirm" | "decline";

const DECISIONS: Readonly<Record<string, Decision>> = { c: "confirm", d: "decline" };
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Keys that work while the focus is in a card; they leave alone what is typed anywhere else. One decision at a time: a key
 * that is pressed while another is on its way, or held down, does nothing.
 */
export function useCandidateKeys(
  onDecide: (factId: string, decision: Decision) => void,
  isBusy: boolean,
): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const card = cardOf(event);
    if (card === null) return;
    const step = STEPS[event.key];
    const decision = DECISIONS[event.key.toLowerCase()];
    if (step === undefined && decision === undefined) return;
    event.preventDefault();
    const cards = [...card.parentElement!.querySelectorAll<HTMLElement>("[data-fact]")]; // a card is in its list
    const place = cards.indexOf(card);
    if (step !== undefined) return focusIn(cards[place + step]);
    if (decision === undefined || isBusy || event.repeat) return;
    // The card goes: whoever decided it by a key goes on with the next.
    focusIn(cards[place + 1] ?? cards[place - 1]);
    onDecide(card.dataset["fact"] ?? "", decision);
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => press(event);
    // On the document, as the list comes and goes with what is in it.
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** The card that a key is pressed in; none of a shortcut, which is the browser's. */
function cardOf({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): HTMLElement | null {
  if (ctrlKey || metaKey || altKey || !(target instanceof Element)) return null;
  return target.closest<HTMLElement>("[data-fact]");
}

const focusIn = (card: HTMLElement | undefined): void => card?.querySelector<HTMLElement>("input")?.focus();
