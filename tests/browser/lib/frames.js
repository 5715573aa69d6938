// A conversation that is as long as one likes, and what somebody sees of it frame by frame.

// Messages of one to many lines, numbered from 1, by both in turn; both are connected.
export async function fill(room, [ann, bob], total) {
    for (let from = 1; from <= total; from += 100)
        await Promise.all(Array.from({ length: Math.min(100, total - from + 1) }, (_, i) => (i % 3 ? ann : bob).says(room, `message ${from + i}\n${'and more of it '.repeat((from + i) % 23)}`)));
}

// In the page: at every frame, whether something fills the view, and how far what was read has moved by itself.
export function watchFrames() {
    const box = document.querySelector('.room .log');
    const watch = { blank: 0, longestBlank: 0, jumps: [], most: 0, frames: 0, stop: false };
    window.watch = watch;
    let blankNow = 0;
    let held = null;
    const look = () => {
        if (watch.stop) return;
        ++watch.frames;
        const { top, bottom, height } = box.getBoundingClientRect();
        const rows = [...box.querySelectorAll('.message')];
        watch.most = Math.max(watch.most, rows.length);
        const inside = rows.filter((one) => {
            const at = one.getBoundingClientRect();
            return at.bottom > top && at.top < bottom;
        });
        const covered = inside.reduce((sum, one) => sum + one.getBoundingClientRect().height, 0);
        blankNow = covered < height * 0.4 ? blankNow + 1 : 0;
        watch.longestBlank = Math.max(watch.longestBlank, blankNow);
        // Two frames without a wheel between them: a row that is still there stands where it stood.
        if (held && held.wheel === window.wheels && held.element.isConnected) {
            const moved = held.element.getBoundingClientRect().top - held.top;
            if (Math.abs(moved) > 2) watch.jumps.push(moved);
        }
        const element = inside[Math.floor(inside.length / 2)];
        held = element && { element, top: element.getBoundingClientRect().top, wheel: window.wheels };
        requestAnimationFrame(look);
    };
    window.wheels = 0;
    requestAnimationFrame(look);
}

// By whole turns of the wheel, one at each frame, until that message is in the page. Gives the number of turns.
export const wheel = (page, by, until) => page.evaluate(turn, [by, until]);

// The same, in the page.
export async function turn([step, wanted]) {
    const box = document.querySelector('.room .log');
    for (let i = 0; i < 1_000_000; ++i) {
        await new Promise(requestAnimationFrame);
        if (document.querySelector(`.message[data-seq="${wanted}"]`)) return i;
        ++window.wheels;
        box.scrollTop += step;
    }
    throw new Error(`never came to ${wanted}`);
}
