// What this piece says.
import { bringWords } from '@parley/web';

bringWords({
    en: {
        'share.file': 'Share {name} by a link', 'share.title': 'Links to {name}', 'share.all': 'Links to all files', 'share.panel': 'Shared links', 'share.new_all': 'Share all files', 'share.close': 'Done',
        'share.type': 'Whoever has the link may', 'share.view_only': 'look at it', 'share.download': 'look at it and download it', 'share.all_note': 'It leads to all files of this conversation, also to later ones.',
        'share.lifetime': 'Good for', 'share.hour': '1 hour', 'share.day': '1 day', 'share.week': '7 days', 'share.month': '30 days', 'share.longest': 'as long as may be',
        'share.password': 'Password', 'share.password_note': 'At least 8 characters. Tell it on another way than the link.', 'share.optional': '{label} (optional)', 'share.uses': 'How often it may be opened', 'share.note': 'Note for yourself',
        'share.make': 'Make a link', 'share.made': 'The link, shown only now', 'share.copy': 'Copy the link', 'share.copied': 'The link is copied.', 'share.mine': 'Links that you made', 'share.none': 'You made no links here.',
        'share.good_until': 'until {when}', 'share.opened': { one: 'opened once', other: 'opened {n} times' }, 'share.opened_of': 'opened {n} of {most} times', 'share.with_password': 'with a password',
        'share.state_good': 'Good', 'share.state_used_up': 'Used up', 'share.state_expired': 'Expired', 'share.state_revoked': 'Revoked', 'share.state_ended': 'Over: the file is gone',
        'share.revoke': 'Revoke', 'share.revoke_long': 'Revoke the link of {when}', 'share.log': 'Who used it', 'share.log_long': 'Who used it, the link of {when}', 'share.log_empty': 'Nobody has used it.',
        'share.what_seen': 'looked at its page', 'share.what_opened': 'opened it', 'share.what_viewed': 'looked at a file', 'share.what_downloaded': 'downloaded a file', 'share.what_wrong_password': 'gave a wrong password', 'share.what_slowed': 'was slowed down after wrong passwords', 'share.what_refused': 'was refused',
        'share.all_files': 'all files',
    },
    de: {
        'share.file': '{name} mit einem Link teilen', 'share.title': 'Links zu {name}', 'share.all': 'Links zu allen Dateien', 'share.panel': 'Geteilte Links', 'share.new_all': 'Alle Dateien teilen', 'share.close': 'Fertig',
        'share.type': 'Wer den Link hat, darf', 'share.view_only': 'ansehen', 'share.download': 'ansehen und herunterladen', 'share.all_note': 'Er führt zu allen Dateien dieser Unterhaltung, auch zu späteren.',
        'share.lifetime': 'Gültig für', 'share.hour': '1 Stunde', 'share.day': '1 Tag', 'share.week': '7 Tage', 'share.month': '30 Tage', 'share.longest': 'so lange wie möglich',
        'share.password': 'Passwort', 'share.password_note': 'Mindestens 8 Zeichen. Sagen Sie es auf einem anderen Weg als den Link.', 'share.optional': '{label} (freiwillig)', 'share.uses': 'Wie oft er geöffnet werden darf', 'share.note': 'Notiz für Sie selbst',
        'share.make': 'Link erstellen', 'share.made': 'Der Link, nur jetzt zu sehen', 'share.copy': 'Link kopieren', 'share.copied': 'Der Link ist kopiert.', 'share.mine': 'Links, die Sie erstellt haben', 'share.none': 'Sie haben hier keine Links erstellt.',
        'share.good_until': 'bis {when}', 'share.opened': { one: 'einmal geöffnet', other: '{n}-mal geöffnet' }, 'share.opened_of': '{n} von {most} Mal geöffnet', 'share.with_password': 'mit Passwort',
        'share.state_good': 'Gültig', 'share.state_used_up': 'Aufgebraucht', 'share.state_expired': 'Abgelaufen', 'share.state_revoked': 'Widerrufen', 'share.state_ended': 'Vorbei: die Datei ist weg',
        'share.revoke': 'Widerrufen', 'share.revoke_long': 'Widerrufen: Link vom {when}', 'share.log': 'Wer ihn benutzt hat', 'share.log_long': 'Wer ihn benutzt hat: Link vom {when}', 'share.log_empty': 'Niemand hat ihn benutzt.',
        'share.what_seen': 'hat seine Seite angesehen', 'share.what_opened': 'hat ihn geöffnet', 'share.what_viewed': 'hat eine Datei angesehen', 'share.what_downloaded': 'hat eine Datei heruntergeladen', 'share.what_wrong_password': 'hat ein falsches Passwort genannt', 'share.what_slowed': 'wurde nach falschen Passwörtern gebremst', 'share.what_refused': 'wurde abgewiesen',
        'share.all_files': 'alle Dateien',
    },
    ar: { 'share.panel': 'الروابط المشتركة', 'share.make': 'إنشاء رابط' },
});
