// What a form would change, shown before it does: asked of the server without effect, then with it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ParleyError, type SettingsChange } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client } from '../state/chat.ts';
import { announce, toast, wordsOf } from '../state/notice.ts';
import { Icon } from '../ui/icon.tsx';
import { Dialog } from '../ui/overlay.tsx';
import { Fault } from './parts.tsx';

/** As settings.change takes it. Null takes back what was set in a form. */
export interface Wish {
    model?: string;
    revision: string;
    changes?: Record<string, unknown>;
    plugins?: Record<string, boolean | null>;
}
interface ChangeProps {
    wish: Wish;
    onClose: () => void;
    onSaved: () => void;
    /** A setting that the server has something against, with its sentence. */
    onFault?: (name: string, text: string) => void;
    /** Somebody else was faster, or the operator. */
    onStale: () => void;
}
const stale = new Set(['settings_changed', 'settings_edited']);
const prefix = 'changes.';

export function Change({ wish, onClose, onSaved, onFault, onStale }: ChangeProps) {
    const plan = useSignal<SettingsChange | null>(null);
    const fault = useSignal('');
    const busy = useSignal(false);
    const gone = useRef(false);
    const asks = async (dry_run: boolean) => {
        busy.value = true;
        try {
            const made = (await client.call('settings.change', { ...wish, dry_run })) as SettingsChange;
            if (!gone.current) plan.value = made;
            return true;
        } catch (why) {
            if (gone.current) return false;
            const name = why instanceof ParleyError && why.field?.startsWith(prefix) ? why.field.slice(prefix.length) : '';
            if (name && onFault) {
                onFault(name, wordsOf(why));
                onClose();
            } else fault.value = wordsOf(why);
            if (why instanceof ParleyError && stale.has(why.code)) onStale();
            return false;
        } finally {
            busy.value = false;
        }
    };
    useEffect(() => {
        void asks(true);
        return () => void (gone.current = true);
    }, []);
    const save = async () => {
        if (!(await asks(false))) return;
        toast(t('admin.settings.saved'), undefined, 3000);
        announce(t('admin.settings.saved'));
        onSaved();
    };
    const of = plan.value;
    const where = (model: string | null) => (model ? ` (${t('admin.settings.of_model', { name: model })})` : '');
    return (
        <Dialog title={t('admin.settings.preview')} onClose={onClose}>
            {wish.plugins?.webapp === false && <p class="fault">{t('admin.plugins.webapp_off')}</p>}
            <div aria-busy={of === null && !fault.value} aria-live="polite">
                {of && of.changes.length + of.plugins.length === 0 && <p>{t('admin.settings.no_effect')}</p>}
                {of && of.changes.length + of.plugins.length > 0 && (
                    <ul class="change_list">
                        {of.plugins.map((one) => (
                            <li key={`plugin ${one.plugin} ${one.model}`}>
                                <code>{one.plugin}</code>
                                {where(one.model)}: <strong>{t(one.on ? 'admin.plugins.turned_on' : 'admin.plugins.turned_off')}</strong>
                            </li>
                        ))}
                        {of.changes
                            .filter((one) => !/^plugins\.(enable|disable)$/.test(one.setting))
                            .map((one) => (
                                <li key={`${one.setting} ${one.model}`}>
                                    <code>{one.setting}</code>
                                    {where(one.model)}: <span dir="auto">{one.from}</span> → <strong dir="auto">{one.to}</strong>
                                </li>
                            ))}
                    </ul>
                )}
                {fault.value && <Fault text={fault.value} />}
            </div>
            <div class="dialog_foot">
                <button type="button" class="button" onClick={onClose}>
                    {t('app.cancel')}
                </button>
                <button type="button" class="button first" data-first disabled={of === null || busy.value || fault.value !== ''} onClick={() => void save()}>
                    <Icon name="check" /> {t('admin.settings.save')}
                </button>
            </div>
        </Dialog>
    );
}
