// Modules that are made while building: build/emoji.ts.
declare module 'virtual:emoji/*' {
    const all: readonly (readonly [glyph: string, label: string, tags: string, group: number])[];
    export default all;
}
