// Drawings by name; pieces of plugins may name them too, or give a text such as an emoji instead.
import { h } from 'preact';
import {
    AtSign, Archive, Bold, Check, ChevronDown, ChevronLeft, Code, CornerUpLeft, EllipsisVertical, FileText, Hash, Headphones, Image, Info, Italic, Keyboard, Link, Lock, LogOut, Megaphone,
    MessageSquareText, Paperclip, Pencil, Pin, Plus, Quote, Search, SendHorizontal, Settings, Share2, Shield, SmilePlus, Smile, SquareCode, SquarePen, Ticket, Trash2, TriangleAlert, Type, Upload, User, Users, UserPlus, X,
    Clock, Copy, Download, Eye, EyeOff, Bell, BellOff,
} from 'lucide';

const drawings = {
    mention: AtSign, archive: Archive, bold: Bold, check: Check, down: ChevronDown, back: ChevronLeft, code: Code, reply: CornerUpLeft, more: EllipsisVertical, file: FileText, channel: Hash, support: Headphones,
    image: Image, info: Info, italic: Italic, keyboard: Keyboard, link: Link, lock: Lock, leave: LogOut, notices: Megaphone, thread: MessageSquareText, attach: Paperclip, edit: Pencil, pin: Pin, plus: Plus, quote: Quote,
    search: Search, send: SendHorizontal, settings: Settings, share: Share2, shield: Shield, react: SmilePlus, smile: Smile, code_block: SquareCode, write: SquarePen, ticket: Ticket, delete: Trash2, warning: TriangleAlert,
    format: Type, upload: Upload, user: User, users: Users, add_user: UserPlus, close: X, clock: Clock, copy: Copy, download: Download, eye: Eye, hidden: EyeOff, bell: Bell, bell_off: BellOff,
} as const;
const turning = new Set(['back', 'reply', 'send', 'leave']);

export function Icon({ name }: { name: string }) {
    const drawing = drawings[name as keyof typeof drawings] as unknown as readonly [string, Record<string, string>][] | undefined;
    if (!drawing) return <span aria-hidden="true">{name}</span>;
    return (
        <svg class={turning.has(name) ? 'icon turns' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
            {drawing.map(([tag, attributes]) => h(tag, attributes))}
        </svg>
    );
}

type ButtonProps = { icon: string; label: string; onClick: (event: MouseEvent & { currentTarget: HTMLButtonElement }) => void; class?: string; keys?: string } & Record<string, unknown>;
export function IconButton({ icon, label, class: more, keys, ...rest }: ButtonProps) {
    return (
        <button type="button" class={`icon_button ${more ?? ''}`} aria-label={label} title={keys ? `${label} (${keys})` : label} {...rest}>
            <Icon name={icon} />
        </button>
    );
}
