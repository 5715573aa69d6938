// A question that must be answered before something is done.
import { signal } from '@preact/signals';
import { t } from '../i18n/index.ts';
import { Dialog } from './overlay.tsx';

interface Question {
    title: string;
    text?: string;
    quote?: string;
    /** The label of a text that is asked for. */
    field?: string;
    value?: string;
    confirm: string;
    alarm?: boolean;
}
const open = signal<{ question: Question; answer: (given: string | null) => void } | null>(null);

/** The text that was given, or an empty one; null: no. */
export function ask(question: Question): Promise<string | null> {
    open.peek()?.answer(null);
    return new Promise((answer) => (open.value = { question, answer }));
}

export function Asking() {
    if (!open.value) return null;
    const { question, answer } = open.value;
    const end = (given: string | null) => {
        open.value = null;
        answer(given);
    };
    return (
        <Dialog title={question.title} onClose={() => end(null)}>
            <form
                class="field"
                onSubmit={(event) => {
                    event.preventDefault();
                    end(String(new FormData(event.currentTarget).get('given') ?? ''));
                }}
            >
                {question.text && <p>{question.text}</p>}
                {question.quote && (
                    <div class="text">
                        <blockquote dir="auto">{question.quote.slice(0, 300)}</blockquote>
                    </div>
                )}
                {question.field && (
                    <label class="field">
                        <span>{question.field}</span>
                        <input name="given" required value={question.value} data-first />
                    </label>
                )}
                <div class="dialog_foot">
                    <button type="button" class="button" onClick={() => end(null)}>
                        {t('app.cancel')}
                    </button>
                    <button class={question.alarm ? 'button alarm' : 'button first'} data-first={question.field ? undefined : true}>
                        {question.confirm}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}
