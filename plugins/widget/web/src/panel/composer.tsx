// The field: Enter sends where there are keys, and goes to the next line where there are none.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { config } from '../frame/config.ts';
import { isShown, wantsFocus } from '../frame/page.ts';
import { may, session } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { draftOf } from './drafts.ts';
import { IconButton } from './icon.tsx';

interface Given {
    draft: string;
    /** Something is under way, so that nothing can be sent. */
    busy?: boolean;
    /** There is something to send besides words. */
    hasMore?: boolean;
    /** Gives false when it was not taken; the words stay then. */
    send: (text: string) => boolean | Promise<boolean>;
    attach: (files: readonly File[]) => void;
    typing?: () => void;
}

const tallest = 140;
const hasKeys = matchMedia('(pointer: fine)');

export function Composer({ draft, busy = false, hasMore = false, send, attach, typing }: Given) {
    const field = useRef<HTMLTextAreaElement>(null);
    const text = draftOf(draft);
    // A guest who is not one yet may do what guests may; the server has the last word.
    const mayAttach = config.value?.files && (!session.value || may('attachments.upload'));
    useEffect(() => {
        if (wantsFocus.value > 0 && isShown.value && hasKeys.matches) field.current?.focus();
    }, [wantsFocus.value, draft]);
    useLayoutEffect(() => {
        const { style } = field.current!;
        style.blockSize = 'auto';
        style.blockSize = `${Math.min(field.current!.scrollHeight + 2, tallest)}px`;
    }, [text.value]);
    const go = async () => {
        const said = text.value.trim();
        if (busy || (!said && !hasMore)) return;
        // What was typed meanwhile stays.
        if ((await send(said)) && text.value.trim() === said) text.value = '';
        field.current?.focus();
    };
    return (
        <form
            class="composer"
            onSubmit={(event) => {
                event.preventDefault();
                void go();
            }}
        >
            {mayAttach && (
                <IconButton
                    icon="attach"
                    label={t('attach')}
                    disabled={busy}
                    onClick={() => choose(attach)}
                />
            )}
            <textarea
                ref={field}
                rows={1}
                dir={text.value ? 'auto' : undefined}
                aria-label={t('message')}
                placeholder={t('write')}
                value={text.value}
                onInput={(event) => {
                    text.value = event.currentTarget.value;
                    if (text.value) typing?.();
                }}
                onKeyDown={(event) => {
                    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !hasKeys.matches) return;
                    event.preventDefault();
                    void go();
                }}
                onPaste={(event) => {
                    const files = [...(event.clipboardData?.files ?? [])];
                    if (files.length === 0 || !mayAttach) return;
                    event.preventDefault();
                    attach(files);
                }}
            />
            <IconButton class="send" type="submit" icon="send" label={t('send')} disabled={busy || (!text.value.trim() && !hasMore)} />
        </form>
    );
}

function choose(attach: Given['attach']) {
    const field = document.createElement('input');
    field.type = 'file';
    field.multiple = true;
    field.onchange = () => attach([...(field.files ?? [])]);
    field.click();
}
