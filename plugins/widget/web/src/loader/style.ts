// The button's and the frame's looks. They go into a stylesheet object, which no page's policy forbids; nothing of the
// page reaches in, and `!important` in front of everything else keeps rules for the element itself off.
export const style = `
:host { all: initial !important; position: fixed !important; inset-block-end: 0 !important; z-index: 2147483000 !important; color-scheme: light dark; }
:host(.right) { right: 0 !important; }
:host(.left) { left: 0 !important; }
:host(.gone) { display: none !important; }
button { all: unset; box-sizing: border-box; position: absolute; bottom: 20px; width: 56px; height: 56px; border-radius: 50%; display: grid; place-items: center; cursor: pointer; background: var(--accent, #1f6397); color: var(--accent-ink, #fff); box-shadow: 0 1px 3px rgb(0 0 0 / 25%), 0 6px 20px rgb(0 0 0 / 25%); transition: transform .15s; }
:host(.right) button { right: 20px; }
:host(.left) button { left: 20px; }
button:hover { transform: scale(1.05); }
button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #1a1a1a; }
svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:host(.open) .bubble, :host(:not(.open)) .down { display: none; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; box-sizing: border-box; padding: 0 6px; border-radius: 11px; background: #c5341f; color: #fff; font: 700 12px/22px system-ui, sans-serif; text-align: center; }
.badge[hidden], iframe[hidden] { display: none; }
iframe { position: absolute; bottom: 90px; width: 384px; height: min(640px, calc(100vh - 110px)); height: min(640px, calc(100dvh - 110px)); border: 0; border-radius: 14px; background: transparent; box-shadow: 0 2px 8px rgb(0 0 0 / 15%), 0 12px 48px rgb(0 0 0 / 30%); color-scheme: normal; }
:host(.right) iframe { right: 20px; }
:host(.left) iframe { left: 20px; }
@media (max-width: 480px), (max-height: 420px) {
    :host(.open) { inset: 0 !important; }
    :host(.open) iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; box-shadow: none; }
    :host(.open) button { display: none; }
}
@media (prefers-reduced-motion: reduce) { button { transition: none; } button:hover { transform: none; } }
@media print { :host { display: none !important; } }
`;
