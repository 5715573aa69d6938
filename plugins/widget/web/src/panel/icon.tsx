// The few drawings there are.
const drawings = {
    close: 'M18 6 6 18M6 6l12 12',
    back: 'm15 18-6-6 6-6',
    send: 'M3.7 3.05 21 12 3.7 20.95 6.5 12ZM6.5 12H21',
    attach: 'm16 6-8.4 8.6a2 2 0 0 0 2.8 2.8l8.4-8.6a4 4 0 1 0-5.6-5.6l-8.4 8.5a6 6 0 1 0 8.5 8.5L21.6 12',
    file: 'M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8ZM14 2v6h6',
    download: 'M12 3v12m-5-5 5 5 5-5M4 21h16',
    down: 'm6 9 6 6 6-6',
};
export type Drawing = keyof typeof drawings;
const turning = new Set<Drawing>(['back', 'send']);

export const Icon = ({ name }: { name: Drawing }) => (
    <svg class={turning.has(name) ? 'icon turns' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
        <path d={drawings[name]} />
    </svg>
);

export const IconButton = ({ icon, label, onClick, class: more = '', ...rest }: { icon: Drawing; label: string; onClick?: () => void; class?: string; type?: 'submit' | 'button'; disabled?: boolean }) => (
    <button type="button" class={`icon_button ${more}`} aria-label={label} title={label} onClick={onClick} {...rest}>
        <Icon name={icon} />
    </button>
);
