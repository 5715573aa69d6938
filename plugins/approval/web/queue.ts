// What waits for a reviewer: the words for it, the calls, and how many there are.
import { bringWords, client, computed, effect, language, may, self, signal, t, type Id } from '@parley/web';

bringWords({
    en: {
        'approval.title': 'Waiting for approval', 'approval.here': 'Waiting here', 'approval.count': { one: '{n} waits', other: '{n} wait' },
        'approval.none': 'Nothing waits. Well done.', 'approval.none_such': 'There is nothing of that kind.',
        'approval.state': 'Show', 'approval.state.pending': 'What waits', 'approval.state.approved': 'Approved', 'approval.state.rejected': 'Rejected', 'approval.state.gone': 'Withdrawn or deleted',
        'approval.kind': 'Kind', 'approval.kind.all': 'Files and messages', 'approval.kind.file': 'Files', 'approval.kind.message': 'Messages', 'approval.overdue_only': 'Only what is overdue',
        'approval.approve': 'Approve', 'approval.reject': 'Reject', 'approval.approve_one': 'Approve {name}', 'approval.reject_one': 'Reject {name}', 'approval.choose': 'Choose {name}', 'approval.choose_all': 'Choose all',
        'approval.chosen': { one: '{n} chosen', other: '{n} chosen' }, 'approval.why': 'Why is it turned down? The author reads this.', 'approval.details': 'Details of {name}',
        'approval.message_of': 'a message of {name}', 'approval.message': 'Message', 'approval.from': 'from {name}', 'approval.in': 'in {name}', 'approval.another_room': 'in a conversation that you are not in',
        'approval.due': 'due {time}', 'approval.overdue': 'overdue', 'approval.no_due': 'no due time', 'approval.came': 'came {time}', 'approval.download': 'Download {name}', 'approval.preview': 'Preview of {name}',
        'approval.no_preview': 'There is no preview of this type. Download it to look at it.', 'approval.no_content': 'Its content cannot be had now: {reason}', 'approval.cut': 'Only the beginning is shown.', 'approval.history': 'History', 'approval.note': 'Note for other reviewers', 'approval.add_note': 'Add the note',
        'approval.did.queued': 'came here', 'approval.did.note': 'noted', 'approval.did.approved': 'approved', 'approval.did.rejected': 'rejected', 'approval.did.overdue': 'became overdue', 'approval.did.gone': 'is gone', 'approval.did.pending': 'waits again',
        'approval.why.not_auto_approved': 'No rule lets this type pass by itself', 'approval.why.needs_approval': 'A rule sends this type here', 'approval.why.link': 'It has a link', 'approval.why.word': 'It has a word that is watched', 'approval.why.first_of_guest': 'The first message of a guest', 'approval.why.not_checked': 'It could not be checked',
        'approval.figures': 'In the last {days} days: {approved} approved, {rejected} rejected', 'approval.figures_time': '; half of them within {median}, nine of ten within {p90}.', 'approval.figures_none': '.',
        'approval.done': { one: '{n} decided.', other: '{n} decided.' }, 'approval.failed': { one: '{n} could not be decided: {reason}', other: '{n} could not be decided: {reason}' },
        'approval.told': 'Not approved: {name} – {reason}', 'approval.your_message': 'your message', 'approval.your_file': 'your file', 'approval.more': 'Load more',
    },
    de: {
        'approval.title': 'Wartet auf Freigabe', 'approval.here': 'Wartet hier', 'approval.count': { one: '{n} wartet', other: '{n} warten' },
        'approval.none': 'Nichts wartet. Gut gemacht.', 'approval.none_such': 'Davon gibt es nichts.',
        'approval.state': 'Anzeigen', 'approval.state.pending': 'Was wartet', 'approval.state.approved': 'Freigegeben', 'approval.state.rejected': 'Abgelehnt', 'approval.state.gone': 'Zurückgezogen oder gelöscht',
        'approval.kind': 'Art', 'approval.kind.all': 'Dateien und Nachrichten', 'approval.kind.file': 'Dateien', 'approval.kind.message': 'Nachrichten', 'approval.overdue_only': 'Nur Überfälliges',
        'approval.approve': 'Freigeben', 'approval.reject': 'Ablehnen', 'approval.approve_one': '{name} freigeben', 'approval.reject_one': '{name} ablehnen', 'approval.choose': '{name} auswählen', 'approval.choose_all': 'Alle auswählen',
        'approval.chosen': { one: '{n} ausgewählt', other: '{n} ausgewählt' }, 'approval.why': 'Warum wird es abgelehnt? Der Absender liest das.', 'approval.details': 'Einzelheiten zu {name}',
        'approval.message_of': 'eine Nachricht von {name}', 'approval.message': 'Nachricht', 'approval.from': 'von {name}', 'approval.in': 'in {name}', 'approval.another_room': 'in einer Unterhaltung ohne Sie',
        'approval.due': 'fällig {time}', 'approval.overdue': 'überfällig', 'approval.no_due': 'ohne Frist', 'approval.came': 'gekommen {time}', 'approval.download': '{name} herunterladen', 'approval.preview': 'Vorschau von {name}',
        'approval.no_preview': 'Für diese Art gibt es keine Vorschau. Laden Sie die Datei herunter, um sie anzusehen.', 'approval.no_content': 'Der Inhalt ist gerade nicht zu haben: {reason}', 'approval.cut': 'Nur der Anfang wird gezeigt.', 'approval.history': 'Verlauf', 'approval.note': 'Notiz für andere Prüfende', 'approval.add_note': 'Notiz hinzufügen',
        'approval.did.queued': 'kam hierher', 'approval.did.note': 'notierte', 'approval.did.approved': 'gab frei', 'approval.did.rejected': 'lehnte ab', 'approval.did.overdue': 'wurde überfällig', 'approval.did.gone': 'ist weg', 'approval.did.pending': 'wartet wieder',
        'approval.why.not_auto_approved': 'Keine Regel lässt diese Art von selbst durch', 'approval.why.needs_approval': 'Eine Regel schickt diese Art hierher', 'approval.why.link': 'Enthält einen Link', 'approval.why.word': 'Enthält ein beobachtetes Wort', 'approval.why.first_of_guest': 'Erste Nachricht eines Gastes', 'approval.why.not_checked': 'Konnte nicht geprüft werden',
        'approval.figures': 'In den letzten {days} Tagen: {approved} freigegeben, {rejected} abgelehnt', 'approval.figures_time': '; die Hälfte binnen {median}, neun von zehn binnen {p90}.', 'approval.figures_none': '.',
        'approval.done': { one: '{n} entschieden.', other: '{n} entschieden.' }, 'approval.failed': { one: '{n} blieb unentschieden: {reason}', other: '{n} blieben unentschieden: {reason}' },
        'approval.told': 'Nicht freigegeben: {name} – {reason}', 'approval.your_message': 'Ihre Nachricht', 'approval.your_file': 'Ihre Datei', 'approval.more': 'Mehr laden',
    },
    ar: {
        'approval.title': 'بانتظار الموافقة', 'approval.here': 'ينتظر هنا', 'approval.count': { zero: 'لا شيء ينتظر', one: 'واحد ينتظر', two: 'اثنان ينتظران', few: '{n} تنتظر', many: '{n} تنتظر', other: '{n} تنتظر' },
        'approval.none': 'لا شيء ينتظر. أحسنت.', 'approval.none_such': 'لا يوجد شيء من هذا النوع.',
        'approval.state': 'إظهار', 'approval.state.pending': 'ما ينتظر', 'approval.state.approved': 'الموافَق عليه', 'approval.state.rejected': 'المرفوض', 'approval.state.gone': 'المسحوب أو المحذوف',
        'approval.kind': 'النوع', 'approval.kind.all': 'الملفات والرسائل', 'approval.kind.file': 'الملفات', 'approval.kind.message': 'الرسائل', 'approval.overdue_only': 'المتأخر فقط',
        'approval.approve': 'موافقة', 'approval.reject': 'رفض', 'approval.approve_one': 'موافقة على {name}', 'approval.reject_one': 'رفض {name}', 'approval.choose': 'اختيار {name}', 'approval.choose_all': 'اختيار الكل',
        'approval.chosen': { zero: 'لم يُختر شيء', one: 'اختير واحد', two: 'اختير اثنان', few: 'اختير {n}', many: 'اختير {n}', other: 'اختير {n}' }, 'approval.why': 'لماذا رُفض؟ يقرأ المرسل هذا.', 'approval.details': 'تفاصيل {name}',
        'approval.message_of': 'رسالة من {name}', 'approval.message': 'رسالة', 'approval.from': 'من {name}', 'approval.in': 'في {name}', 'approval.another_room': 'في محادثة لست عضوًا فيها',
        'approval.due': 'المهلة {time}', 'approval.overdue': 'متأخر', 'approval.no_due': 'بلا مهلة', 'approval.came': 'وصل {time}', 'approval.download': 'تنزيل {name}', 'approval.preview': 'معاينة {name}',
        'approval.no_preview': 'لا توجد معاينة لهذا النوع. نزّله للاطلاع عليه.', 'approval.no_content': 'لا يمكن الحصول على محتواه الآن: {reason}', 'approval.cut': 'تُعرض البداية فقط.', 'approval.history': 'السجل', 'approval.note': 'ملاحظة للمراجعين الآخرين', 'approval.add_note': 'إضافة الملاحظة',
        'approval.did.queued': 'وصل إلى هنا', 'approval.did.note': 'كتب ملاحظة', 'approval.did.approved': 'وافق', 'approval.did.rejected': 'رفض', 'approval.did.overdue': 'تأخر', 'approval.did.gone': 'اختفى', 'approval.did.pending': 'ينتظر من جديد',
        'approval.why.not_auto_approved': 'لا توجد قاعدة تمرر هذا النوع تلقائيًا', 'approval.why.needs_approval': 'توجد قاعدة ترسل هذا النوع إلى هنا', 'approval.why.link': 'فيه رابط', 'approval.why.word': 'فيه كلمة مراقبة', 'approval.why.first_of_guest': 'أول رسالة من ضيف', 'approval.why.not_checked': 'تعذّر فحصه',
        'approval.figures': 'في آخر {days} يومًا: {approved} موافقة و{rejected} رفض', 'approval.figures_time': '؛ نصفها خلال {median}، وتسعة من كل عشرة خلال {p90}.', 'approval.figures_none': '.',
        'approval.done': { zero: 'لم يُبتّ في شيء.', one: 'بُتّ في واحد.', two: 'بُتّ في اثنين.', few: 'بُتّ في {n}.', many: 'بُتّ في {n}.', other: 'بُتّ في {n}.' }, 'approval.failed': { one: 'تعذّر البتّ في واحد: {reason}', two: 'تعذّر البتّ في اثنين: {reason}', few: 'تعذّر البتّ في {n}: {reason}', many: 'تعذّر البتّ في {n}: {reason}', other: 'تعذّر البتّ في {n}: {reason}' },
        'approval.told': 'لم تتم الموافقة: {name} – {reason}', 'approval.your_message': 'رسالتك', 'approval.your_file': 'ملفك', 'approval.more': 'تحميل المزيد',
    },
});

export type ItemState = 'pending' | 'approved' | 'rejected' | 'gone';
export interface Item {
    approval: Id;
    kind: 'file' | 'message';
    subject: Id;
    conversation: Id;
    author: Id;
    name: string;
    type: string;
    bytes: number;
    text: string;
    why: string;
    state: ItemState;
    created_at: number;
    due_at: number | null;
    is_overdue: boolean;
    decided_at: number | null;
    decided_by: Id | null;
    reason: string;
}
export interface Whole extends Item {
    data: Record<string, unknown> | null;
    history: { what: string; user: Id | null; text: string; at: number }[];
}
export interface Figures {
    days: number;
    approved: number;
    rejected: number;
    median_ms: number | null;
    p90_ms: number | null;
    waiting: number;
    overdue: number;
}
export interface Wish {
    state: ItemState;
    kind: '' | 'file' | 'message';
    overdue: boolean;
    conversation?: Id | undefined;
}

export const mayReview = () => may('approval.review');
const call = <T>(name: string, input: Record<string, unknown>) => client.call(name, input) as Promise<T>;

export const listed = ({ state, kind, overdue, conversation }: Wish, after: Id | undefined, limit: number) =>
    call<{ approvals: Item[]; more: boolean }>('approval.list', { state, limit, ...(kind ? { kind } : {}), ...(overdue ? { overdue } : {}), ...(conversation ? { conversation } : {}), ...(after ? { after } : {}) });
export const whole = (approval: Id) => call<Whole>('approval.get', { approval });
export const figures = () => call<Figures>('approval.figures', {});
export const note = (approval: Id, text: string) => call<unknown>('approval.note', { approval, text });
export const decide = (approvals: readonly Id[], decision: 'approve' | 'reject', reason: string) =>
    call<{ results: { approval: Id; state: ItemState | null; code: string | null; sentence: string | null }[] }>('approval.decide', { approvals, decision, ...(reason ? { reason } : {}) });
export const contentOf = (approval: Id) => `${client.url}/api/v1/approvals/${approval}/content`;

export const titleOf = (one: Item, author: string) => (one.kind === 'file' ? one.name || one.type : t('approval.message_of', { name: author }));

// --- how long, in the reader's language

const steps = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]] as const;
const relative = computed(() => new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'short' }));
const stepOf = (milliseconds: number) => steps.find(([, length]) => Math.abs(milliseconds) >= length) ?? steps[3];
export function fromNow(moment: number) {
    const [unit, length] = stepOf(moment - Date.now());
    return relative.value.format(Math.round((moment - Date.now()) / length), unit);
}
export function duration(milliseconds: number) {
    const [unit, length] = stepOf(milliseconds);
    return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(milliseconds / length));
}
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
export function sizeText(bytes: number) {
    const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)));
    return new Intl.NumberFormat(language.value, { style: 'unit', unit: units[power]!, unitDisplay: power === 0 ? 'long' : 'short', maximumFractionDigits: 1 }).format(bytes / 1000 ** power);
}

// --- how much waits; the log tells reviewers when something comes or goes, and no more than that

export const waiting = signal(0);
/** Goes up when what is listed may be another. */
export const changes = signal(0);

/** Does it once more, when it was wanted meanwhile, instead of many times at once. */
export function oneAtATime(work: () => Promise<void>) {
    let running = false;
    let wanted = false;
    return async () => {
        wanted = true;
        if (running) return;
        running = true;
        while (wanted) {
            wanted = false;
            await work();
        }
        running = false;
    };
}
const count = oneAtATime(async () => {
    try {
        waiting.value = mayReview() ? (await figures()).waiting : 0;
    } catch {
        // What comes next is counted with it.
    }
});
function changed() {
    changes.value = changes.peek() + 1;
    void count();
}
const reviews = computed(() => self.value !== null && mayReview());
effect(() => {
    // Not within it: what is read there would have this happen again.
    if (reviews.value) void Promise.resolve().then(changed);
    else waiting.value = 0;
});
client.on('approval.changed', changed);
client.on('snapshot', () => reviews.peek() && changed());
