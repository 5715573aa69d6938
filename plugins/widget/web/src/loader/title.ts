// While nobody looks at the page, its title says how many messages are unread; afterwards it is the page's own again.
let count = 0;
let shown = '';

function show() {
    const own = shown && document.title.startsWith(shown) ? document.title.slice(shown.length) : document.title;
    shown = document.hidden && count > 0 ? `(${count}) ` : '';
    if (document.title !== shown + own) document.title = shown + own;
}

export function showsUnread(next: number) {
    if (count === 0 && next > 0) document.addEventListener('visibilitychange', show);
    count = next;
    show();
    if (count === 0) document.removeEventListener('visibilitychange', show);
}
