// Where a message is written, answered or edited.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ConversationState, Id } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, isMine, limits, mayEdit, nameOf, titleOf } from '../state/chat.ts';
import { beginEdit, draftOf, endEdit } from '../state/drafts.ts';
import { announce, attempt } from '../state/notice.ts';
import { suggest, triggerAt, type Suggestion } from '../state/suggest.ts';
import { hasFinger, isPhone } from '../state/wishes.ts';
import { slot, type ComposerDraft, type ComposerHandle } from '../slots/index.ts';
import { pickEmoji } from './emoji_picker.tsx';
import { UserFace } from './face.tsx';
import { IconButton } from './icon.tsx';
import { focusLastMessage } from './message_keys.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const lengthOf = (text: string, limit: number) => (text.length < limit ? text.length : [...graphemes.segment(text)].length);

// Round a selection, or where the caret is; a second time takes it away.
const marks = { bold: ['*', '*'], italic: ['_', '_'], code: ['`', '`'], code_block: ['```\n', '\n```'], link: ['[', '](https://)'] } as const;
type Mark = keyof typeof marks;

// As if it had been typed, so that undo knows it.
function put(field: HTMLTextAreaElement, from: number, to: number, text: string, select: [number, number]) {
    field.focus();
    field.setSelectionRange(from, to);
    // The only way that keeps the browser's undo; where it is gone, the text is set.
    if (!document.execCommand('insertText', false, text)) {
        field.setRangeText(text, from, to, 'end');
        field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    field.setSelectionRange(...select);
}

function mark(field: HTMLTextAreaElement, how: Mark) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    const [before, after] = marks[how];
    const inner = value.slice(from, to);
    if (value.slice(from - before.length, from) === before && value.slice(to, to + after.length) === after)
        return put(field, from - before.length, to + after.length, inner, [from - before.length, to - before.length]);
    put(field, from, to, before + inner + after, [from + before.length, to + before.length]);
}
function quote(field: HTMLTextAreaElement) {
    const from = field.value.lastIndexOf('\n', field.selectionStart - 1) + 1;
    const inner = field.value.slice(from, field.selectionEnd);
    const quoted = inner.replace(/^/gm, '> ');
    put(field, from, field.selectionEnd, quoted, [from + quoted.length, from + quoted.length]);
}

export function Composer({ one, thread }: { one: ConversationState; thread?: Id }) {
    const id = one.conversation.id;
    const draft = draftOf(id, thread);
    const field = useRef<HTMLTextAreaElement>(null);
    const found = useSignal<Suggestion[]>([]);
    const chosen = useSignal(0);
    const formatting = useSignal(false);
    const dropping = useSignal(false);
    const listId = useId();
    const name = titleOf(one);
    const text = draft.text.value;
    const editing = draft.editing.value;
    const reply = draft.reply.value;

    const now = useRef(one);
    now.current = one;
    const handle = useMemo<ComposerHandle>(
        () => ({
            get room() {
                return now.current;
            },
            thread,
            insert: (what) => field.current && put(field.current, field.current.selectionStart, field.current.selectionEnd, what, [field.current.selectionStart + what.length, field.current.selectionStart + what.length]),
            focus: () => field.current?.focus(),
        }),
        [id, thread],
    );

    // --- the field
    useLayoutEffect(() => {
        const at = field.current;
        if (!at) return;
        at.style.blockSize = 'auto';
        at.style.blockSize = `${Math.min(at.scrollHeight, innerHeight * 0.4)}px`;
    }, [text]);
    useSignalEffect(() => {
        if (draft.wanted.value > 0) {
            const at = field.current;
            at?.focus();
            at?.setSelectionRange(at.value.length, at.value.length);
        }
    });
    useEffect(() => {
        if (!hasFinger && !isPhone.peek()) field.current?.focus();
        return () => client.stopTyping(id);
    }, []);

    // --- suggestions
    const round = useRef(0);
    const look = async () => {
        const at = field.current;
        const mine = ++round.current;
        const on = at && at.selectionStart === at.selectionEnd ? triggerAt(at.value, at.selectionStart) : null;
        const all = on ? await suggest(on, now.current).catch(() => []) : [];
        if (mine !== round.current) return;
        found.value = all;
        chosen.value = 0;
        if (all.length > 0) announce(`${t('composer.suggestions')}: ${all.length}. ${all[0]!.title}`);
    };
    const take = (one: Suggestion) => {
        const at = field.current!;
        const on = triggerAt(at.value, at.selectionStart);
        found.value = [];
        if (!on) return;
        put(at, on.from, at.selectionStart, one.insert, [on.from + one.insert.length, on.from + one.insert.length]);
    };

    // --- sending
    const limit = one.conversation.model ? (limits.value?.models[one.conversation.model]?.max_graphemes ?? limits.value?.max_graphemes) : limits.value?.max_graphemes;
    const left = limit ? limit - lengthOf(text, limit * 0.9) : Infinity;
    const trays = slot('composerTrays');
    const trayStates = trays.map((each) => each.state?.(handle) ?? 'empty');
    const sendable = left >= 0 && !trayStates.includes('busy') && (text.trim() !== '' || trayStates.includes('ready'));
    const send = () => {
        if (!sendable) return;
        if (editing) {
            const message = editing.id;
            if (text !== editing.text) void attempt(client.call('message.edit', { message, text }));
            return endEdit(draft);
        }
        let whole: ComposerDraft = { text };
        for (const each of trays) whole = each.take?.(handle, whole) ?? whole;
        client.send(id, { ...whole, ...(reply ? { reply_to: reply.id } : {}), ...(thread ? { thread_root: thread } : {}) }).stored.catch(() => {});
        client.stopTyping(id);
        draft.text.value = '';
        draft.reply.value = null;
        found.value = [];
        field.current?.focus();
    };
    const cancel = () => {
        if (editing) endEdit(draft);
        else draft.reply.value = null;
    };

    const editLast = () => {
        const mine = [...one.messages].reverse().find((each) => isMine(each) && (each.thread_root ?? undefined) === thread && mayEdit(each, one));
        if (mine) beginEdit(mine, thread);
        return mine !== undefined;
    };
    const onKeyDown = (event: KeyboardEvent) => {
        const at = field.current!;
        const combined = event.ctrlKey || event.metaKey;
        if (event.isComposing) return;
        if (found.value.length > 0) {
            const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            const count = found.value.length;
            if (by) {
                chosen.value = (chosen.value + by + count) % count;
                announce(found.value[chosen.value]!.title);
            } else if (event.key === 'Enter' || event.key === 'Tab') take(found.value[chosen.value]!);
            else if (event.key === 'Escape') {
                event.stopPropagation();
                found.value = [];
            } else return;
            event.preventDefault();
        } else if (event.key === 'Enter' && !event.shiftKey && !(hasFinger && isPhone.peek())) {
            event.preventDefault();
            send();
        } else if (event.key === 'Escape' && (editing || reply)) {
            event.stopPropagation();
            cancel();
        } else if (event.key === 'ArrowUp' && at.value === '' && !editing) {
            if (event.shiftKey ? focusLastMessage(at.closest('.room, .panel')?.querySelector('.log_list') ?? null) : editLast()) event.preventDefault();
        } else if (combined && event.key === 'b') {
            event.preventDefault();
            mark(at, 'bold');
        } else if (combined && event.key === 'i') {
            event.preventDefault();
            mark(at, 'italic');
        } else if (combined && event.key === 'e') {
            event.preventDefault();
            mark(at, 'code');
        }
    };
    const takeFiles = (files: File[]) => files.length > 0 && slot('composerTrays').some((each) => each.files?.(handle, files));
    const format = (how: Mark, label: string) => <IconButton key={how} class="small_one format" icon={how} label={label} onClick={() => field.current && mark(field.current, how)} />;

    return (
        <div
            class={`composer${dropping.value ? ' dropping' : ''}${formatting.value ? ' formatting' : ''}`}
            onDragOver={(event) => {
                if (!event.dataTransfer?.types.includes('Files') || !slot('composerTrays').some((each) => each.files)) return;
                event.preventDefault();
                dropping.value = true;
            }}
            onDragLeave={() => (dropping.value = false)}
            onDrop={(event) => {
                dropping.value = false;
                if (takeFiles([...(event.dataTransfer?.files ?? [])])) event.preventDefault();
            }}
        >
            {found.value.length > 0 && (
                <ul class="suggest" role="listbox" id={listId} aria-label={t('composer.suggestions')}>
                    {found.value.map((each, at) => (
                        <li
                            key={each.key}
                            id={`${listId}-${at}`}
                            role="option"
                            aria-selected={at === chosen.value}
                            onMouseDown={(event) => {
                                event.preventDefault();
                                take(each);
                            }}
                        >
                            {each.user ? <UserFace id={each.user} size="tiny" /> : each.glyph && <span class="glyph">{each.glyph}</span>}
                            <bdi>{each.title}</bdi>
                            {each.aside && <span class="faint small">{each.aside}</span>}
                        </li>
                    ))}
                </ul>
            )}
            {(editing || reply) && (
                <div class="composer_note">
                    <span>{editing ? t('message.editing') : t('message.replying_to', { name: nameOf(reply!.from) })}{reply && <> · <bdi>{reply.text.slice(0, 120)}</bdi></>}</span>
                    <IconButton class="small_one" icon="close" label={t('app.cancel')} onClick={cancel} />
                </div>
            )}
            {trays.map((each) => (
                <each.component key={each.id} composer={handle} />
            ))}
            <textarea
                ref={field}
                rows={1}
                dir="auto"
                value={text}
                placeholder={thread ? t('thread.write') : t('composer.to', { name })}
                aria-label={thread ? t('thread.write') : t('composer.label', { name })}
                aria-controls={found.value.length > 0 ? listId : undefined}
                aria-activedescendant={found.value.length > 0 ? `${listId}-${chosen.value}` : undefined}
                aria-autocomplete="list"
                onInput={(event) => {
                    draft.text.value = event.currentTarget.value;
                    if (event.currentTarget.value && !editing) client.typing(id);
                    void look();
                }}
                onKeyDown={onKeyDown}
                onBlur={() => {
                    ++round.current;
                    found.value = [];
                }}
                onPaste={(event) => {
                    if (takeFiles([...(event.clipboardData?.files ?? [])])) event.preventDefault();
                }}
            />
            <div class="composer_bar">
                <IconButton class="small_one toggles_format" icon="format" label={t('composer.format')} aria-pressed={formatting.value} onClick={() => (formatting.value = !formatting.value)} />
                {format('bold', t('composer.bold'))}
                {format('italic', t('composer.italic'))}
                {format('code', t('composer.code'))}
                {format('code_block', t('composer.code_block'))}
                <IconButton class="small_one format" icon="quote" label={t('composer.quote')} onClick={() => field.current && quote(field.current)} />
                {format('link', t('composer.link'))}
                <IconButton class="small_one" icon="mention" label={t('composer.mention')} onClick={() => handle.insert(/(^|\s)$/.test(text) ? '@' : ' @')} />
                <IconButton class="small_one" icon="smile" label={t('composer.emoji')} aria-haspopup="dialog" onClick={(event) => pickEmoji(event.currentTarget, (glyph) => handle.insert(glyph))} />
                {slot('composerButtons')
                    .filter((each) => each.when?.({ room: one }) ?? true)
                    .map((each) => (
                        <IconButton key={each.id} class="small_one" icon={each.icon} label={each.label()} onClick={(event) => each.run(handle, event.currentTarget)} />
                    ))}
                <span class="gap" />
                {limit && left < limit * 0.1 && (
                    <span class={left < 0 ? 'count over' : 'count'} role="status">
                        {left < 0 ? t('composer.too_long', { n: -left }) : t('composer.left', { n: left })}
                    </span>
                )}
                <IconButton class="small_one send" icon={editing ? 'check' : 'send'} label={editing ? t('app.save') : t('composer.send')} disabled={!sendable} onClick={send} />
            </div>
        </div>
    );
}
